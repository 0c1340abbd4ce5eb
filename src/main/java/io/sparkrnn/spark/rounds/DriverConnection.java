package io.sparkrnn.spark.rounds;

import io.sparkrnn.spark.rounds.RoundMessages.Reply;
import io.sparkrnn.train.RoundPart;
import java.util.Optional;

/** A task's way to the driver's {@link RoundExchange}; for one thread. */
interface DriverConnection extends AutoCloseable {

  /**
   * Connects: directly in the driver's own JVM, as in local mode, and else over the network.
   *
   * @throws ExchangeUnreachableException if there is no way to the driver
   */
  static DriverConnection to(ExchangeEndpoint endpoint) throws InterruptedException {
    Optional<RoundExchange> here = RoundExchange.inThisJvm(endpoint.run());
    return here.isPresent()
        ? new DirectConnection(here.get(), endpoint)
        : new ExchangeClient(endpoint);
  }

  /**
   * Sends results, which are the driver's from then on; if they get lost, the answer to {@link
   * #ask} will be to run the round again.
   */
  void send(long round, RoundPart part);

  /**
   * What the group has to do next; waits until there is something.
   *
   * @throws ExchangeUnreachableException if the driver refuses, or the connection is lost and
   *     cannot be made again
   */
  Reply ask(int group) throws InterruptedException;

  @Override
  void close();
}
