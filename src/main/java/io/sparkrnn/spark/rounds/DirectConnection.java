package io.sparkrnn.spark.rounds;

import io.sparkrnn.spark.rounds.RoundMessages.Ask;
import io.sparkrnn.spark.rounds.RoundMessages.Reply;
import io.sparkrnn.spark.rounds.RoundMessages.Result;
import io.sparkrnn.train.RoundPart;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * The messages of the network without a network: states and results are handed over as they are:
 * nobody changes their arrays, except the driver those of sums.
 */
record DirectConnection(RoundExchange exchange, ExchangeEndpoint endpoint)
    implements DriverConnection {

  @Override
  public void send(long round, RoundPart part) {
    exchange.take(new Result(endpoint.run(), endpoint.stretch(), round, part));
  }

  @Override
  public Reply ask(int group) throws InterruptedException {
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    exchange.ask(new Ask(endpoint.run(), endpoint.stretch(), group), this, reply::complete);
    try {
      return reply.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the exchange completes replies normally", e);
    }
  }

  @Override
  public void close() {
    exchange.forget(this);
  }
}
