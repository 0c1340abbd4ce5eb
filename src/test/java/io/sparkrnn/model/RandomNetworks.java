package io.sparkrnn.model;

import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** Small networks of all kinds, many of them usual in most ways. */
final class RandomNetworks {
  private final Random random;

  RandomNetworks(long seed) {
    random = new Random(seed);
  }

  Network next() {
    int dense = random.nextInt(4);
    List<Embedding> categorical =
        dense == 0 || random.nextBoolean() ? some(this::embedding) : List.of();
    int statics = random.nextBoolean() ? random.nextInt(3) : 0;
    Loss loss = loss();
    boolean weighted = loss instanceof Loss.Softmax softmax && !softmax.classWeights().isEmpty();
    int outputs = weighted ? 3 : 2 * random.nextInt(3);
    return new Network(
        new Input(1 + random.nextInt(9), dense, categorical, statics, any(Join.values())),
        some(this::layer),
        new Head(loss, outputs, any(Reads.values())));
  }

  private <T> List<T> some(Supplier<T> one) {
    List<T> some = new ArrayList<>();
    do {
      some.add(one.get());
    } while (random.nextInt(3) > 0);
    return some;
  }

  @SafeVarargs
  private <T> T any(T... values) {
    return values[random.nextInt(3) > 0 ? 0 : random.nextInt(values.length)];
  }

  private Embedding embedding() {
    int vocabulary = 1 + random.nextInt(5);
    return new Embedding(vocabulary, 1 + random.nextInt(4), random.nextInt(vocabulary + 1) - 1);
  }

  private Layer layer() {
    String cell = List.of("elman-tanh", "elman-relu", "lstm", "gru").get(random.nextInt(4));
    Layer usual = new Layer(cell, 1 + random.nextInt(9));
    return random.nextInt(3) == 0
        ? usual
        : new Layer(
            cell,
            usual.units(),
            any(Direction.values()),
            any(0.0, 0.5, -0.0, random.nextDouble(), Double.MIN_VALUE, Math.nextDown(1.0)),
            any(usual.biases(), Biases.TWO));
  }

  private Loss loss() {
    return any(
        Loss.softmax(),
        new Loss.Softmax(random.nextDouble(), List.of()),
        new Loss.Softmax(0, List.of(random.nextFloat(), 0f, 1e-30f * random.nextFloat())),
        new Loss.Softmax(random.nextDouble(), List.of(-0f, Float.MIN_VALUE, Float.MAX_VALUE)),
        new Loss.Sigmoid(),
        new Loss.Squared(),
        new Loss.Absolute(),
        new Loss.Huber(random.nextInt(2) == 0 ? 1e300 * random.nextDouble() : 1),
        new Loss.Quantile(List.of(0.5)),
        new Loss.Quantile(List.of(0.1, random.nextDouble())),
        new Loss.Poisson());
  }
}
