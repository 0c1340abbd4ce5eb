package io.sparkrnn.spark.rounds;

import io.sparkrnn.spark.rounds.RoundMessages.Ask;
import io.sparkrnn.spark.rounds.RoundMessages.Ping;
import io.sparkrnn.spark.rounds.RoundMessages.Reply;
import io.sparkrnn.spark.rounds.RoundMessages.Result;
import io.sparkrnn.train.RoundPart;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientBootstrap;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.crypto.AuthClientBootstrap;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.apache.spark.network.util.TransportConf;

/** The way to the driver over Spark's transport. */
final class ExchangeClient implements DriverConnection {
  private static final long LONGEST_SILENCE_MILLIS = 10_000;

  private final ExchangeEndpoint endpoint;
  private final TransportConf settings;
  private final TransportContext transport;
  private final TransportClientFactory factory;
  private TransportClient connection;
  private volatile long heardNanos;

  /**
   * Connects.
   *
   * @throws ExchangeUnreachableException if there is no way to the driver
   */
  ExchangeClient(ExchangeEndpoint endpoint) throws InterruptedException {
    this.endpoint = endpoint;
    SparkConf conf = SparkEnv.get().conf();
    this.settings = ExchangeEndpoint.transport(conf, 1);
    this.transport = new TransportContext(settings, new NoOpRpcHandler());
    SecurityManager security = SparkEnv.get().securityManager();
    List<TransportClientBootstrap> bootstraps =
        security.isAuthenticationEnabled()
            ? List.of(new AuthClientBootstrap(settings, conf.getAppId(), security))
            : List.of();
    this.factory = transport.createClientFactory(bootstraps);
    try {
      connect();
    } catch (IOException e) {
      close();
      throw unreachable(e);
    }
  }

  private void connect() throws IOException, InterruptedException {
    try {
      connection = factory.createUnmanagedClient(endpoint.host(), endpoint.port());
    } catch (RuntimeException e) {
      // How the transport reports a failed authentication.
      throw new IOException(e);
    }
  }

  @Override
  public void send(long round, RoundPart part) {
    connection.send(
        RoundMessages.encode(new Result(endpoint.run(), endpoint.stretch(), round, part)));
  }

  @Override
  public Reply ask(int group) throws InterruptedException {
    int retries = settings.maxIORetries();
    while (true) {
      try {
        if (connection == null) {
          connect();
        }
        return await(request(new Ask(endpoint.run(), endpoint.stretch(), group)));
      } catch (IOException e) {
        if (connection != null) {
          connection.close();
          connection = null;
        }
        if (retries-- == 0) {
          throw unreachable(e);
        }
        Thread.sleep(settings.ioRetryWaitTimeMs());
      }
    }
  }

  /** Spark's transport drops a connection whose question stays unanswered without other traffic. */
  private Reply await(CompletableFuture<Reply> reply) throws IOException, InterruptedException {
    heardNanos = System.nanoTime();
    long timeout = settings.connectionTimeoutMs();
    while (true) {
      try {
        return reply.get(Math.min(LONGEST_SILENCE_MILLIS, timeout / 4), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        long silence = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heardNanos);
        if (silence > timeout) {
          throw new IOException("silence for %d ms".formatted(silence), e);
        }
        var unused =
            request(new Ping(endpoint.run(), endpoint.stretch()))
                .thenRun(() -> heardNanos = System.nanoTime());
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IOException lost) {
          throw lost;
        }
        throw unreachable(e.getCause());
      }
    }
  }

  private CompletableFuture<Reply> request(RoundMessages.Request request) {
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    connection.sendRpc(
        RoundMessages.encode(request),
        new RpcResponseCallback() {
          @Override
          public void onSuccess(ByteBuffer response) {
            try {
              reply.complete(RoundMessages.decodeReply(response));
            } catch (ExchangeMessageException e) {
              reply.completeExceptionally(e);
            }
          }

          @Override
          public void onFailure(Throwable failure) {
            reply.completeExceptionally(failure);
          }
        });
    return reply;
  }

  private ExchangeUnreachableException unreachable(Throwable failure) {
    String found = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    return new ExchangeUnreachableException(endpoint.host(), endpoint.port(), found);
  }

  @Override
  public void close() {
    if (connection != null) {
      connection.close();
    }
    factory.close();
    transport.close();
  }
}
