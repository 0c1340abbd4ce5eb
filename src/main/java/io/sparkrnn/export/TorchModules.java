package io.sparkrnn.export;

import static io.sparkrnn.export.TorchTensor.EMBEDDING;
import static io.sparkrnn.export.TorchTensor.LINEAR;
import static io.sparkrnn.export.TorchTensor.REVERSE;
import static io.sparkrnn.export.TorchTensor.RNN;

import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Layer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tensors of PyTorch's modules by the names of {@link TorchTensor}, whatever the modules are called
 * in the file: one {@code nn.RNN}, {@code nn.LSTM} or {@code nn.GRU}, at most one {@code nn.Linear}
 * and one {@code nn.Embedding}.
 *
 * <p>A module that has a weight alone is the embedding if its name has "emb" in it, or if there is
 * a linear one with a bias beside it.
 */
final class TorchModules {
  private static final Pattern RECURRENT =
      Pattern.compile("(.*?)((?:weight|bias)_(?:ih|hh))(?:_l(\\d{1,3})(_reverse)?)?");
  private static final Pattern PROJECTION = Pattern.compile(".*?weight_hr(?:_l\\d+)?(_reverse)?");
  private static final Pattern DENSE = Pattern.compile("(.*?)(weight|bias)");
  private static final Pattern CHANNEL = Pattern.compile("(?:.*\\.)?embedding(\\d{1,3})\\.");

  private static final String MODULES =
      "tensors of one nn.RNN, nn.LSTM or nn.GRU, at most one nn.Linear and one nn.Embedding";

  private final Map<String, SafetensorsTensor> byName = new LinkedHashMap<>();
  private String recurrentModule;
  private int layers;

  TorchModules(List<SafetensorsTensor> tensors) {
    Map<String, Map<String, SafetensorsTensor>> others = new LinkedHashMap<>();
    for (SafetensorsTensor tensor : tensors) {
      Matcher recurrent = RECURRENT.matcher(tensor.name());
      Matcher dense = DENSE.matcher(tensor.name());
      if (PROJECTION.matcher(tensor.name()).matches()) {
        throw new IllegalArgumentException(
            "expected an nn.LSTM without proj_size, found its tensor " + tensor.name());
      } else if (recurrent.matches()) {
        recurrent(tensor, recurrent);
      } else if (dense.matches()) {
        others
            .computeIfAbsent(dense.group(1), module -> new LinkedHashMap<>())
            .put(dense.group(2), tensor);
      } else {
        throw new IllegalArgumentException("expected " + MODULES + ", found " + tensor.name());
      }
    }
    others(others);
  }

  private void recurrent(SafetensorsTensor tensor, Matcher name) {
    if (recurrentModule == null) {
      recurrentModule = name.group(1);
    }
    if (!recurrentModule.equals(name.group(1))) {
      throw beside(tensor, recurrentModule);
    }
    int layer = name.group(3) == null ? 0 : Integer.parseInt(name.group(3));
    layers = Math.max(layers, layer + 1);
    String reverse = name.group(4) == null ? "" : name.group(4);
    if (byName.putIfAbsent(RNN + name.group(2) + "_l" + layer + reverse, tensor) != null) {
      throw new IllegalArgumentException(
          "expected one tensor %s of layer %d, found %s, too"
              .formatted(name.group(2) + reverse, layer, tensor.name()));
    }
  }

  private static IllegalArgumentException beside(SafetensorsTensor tensor, String module) {
    return new IllegalArgumentException(
        "expected %s, found %s beside another of %s".formatted(MODULES, tensor.name(), module));
  }

  private void others(Map<String, Map<String, SafetensorsTensor>> modules) {
    boolean biased = modules.values().stream().anyMatch(module -> module.containsKey("bias"));
    Map<String, String> taken = new LinkedHashMap<>();
    modules.forEach(
        (module, tensors) -> {
          boolean embeds =
              !tensors.containsKey("bias")
                  && (biased || module.toLowerCase(Locale.ROOT).contains("emb"));
          Matcher channel = CHANNEL.matcher(module);
          String role = embeds ? EMBEDDING : LINEAR;
          if (embeds && channel.matches()) {
            role = EMBEDDING + Integer.parseInt(channel.group(1));
          }
          String other = taken.putIfAbsent(role, module);
          if (other != null) {
            throw beside(tensors.values().iterator().next(), other);
          }
          String prefix = embeds ? role + "." : LINEAR;
          tensors.forEach((name, tensor) -> byName.put(prefix + name, tensor));
        });
    if (byName.keySet().stream().filter(name -> name.startsWith(EMBEDDING)).count() == 1) {
      // The only one may have a number in its name.
      String name = embeddings().get(0);
      byName.put(EMBEDDING + ".weight", byName.remove(name));
    }
  }

  private List<String> embeddings() {
    return byName.keySet().stream().filter(name -> name.startsWith(EMBEDDING)).toList();
  }

  /**
   * Parameters of a network that these modules are.
   *
   * @throws IllegalArgumentException if they are those of another
   */
  float[] parameters(Network network) {
    List<TorchTensor> expected = TorchTensor.of(network);
    Set<String> unknown = new TreeSet<>(byName.keySet());
    for (TorchTensor tensor : expected) {
      unknown.remove(tensor.name());
      SafetensorsTensor found = byName.get(tensor.name());
      if (found == null && !tensor.mayBeMissing()) {
        throw missing(tensor.name());
      }
      if (found != null && !found.shape().equals(tensor.shape())) {
        throw new IllegalArgumentException(
            "expected the tensor %s to be %s, found %s"
                .formatted(TorchTensor.described(tensor.name()), tensor.shape(), found.shape()));
      }
    }
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "expected %s, found a tensor %s, too"
              .formatted(MODULES, byName.get(unknown.iterator().next()).name()));
    }
    // Only now: there are as many values in the file.
    float[] parameters = new float[network.parameterCount()];
    for (TorchTensor tensor : expected) {
      if (byName.containsKey(tensor.name())) {
        tensor.put(byName.get(tensor.name()), parameters);
      }
    }
    return parameters;
  }

  private static IllegalArgumentException missing(String name) {
    return new IllegalArgumentException(
        "expected a tensor %s, found none".formatted(TorchTensor.described(name)));
  }

  /**
   * The network that they are.
   *
   * @param missing what they do not say
   */
  Network network(SafetensorsFile.Missing missing) {
    if (layers == 0) {
      throw new IllegalArgumentException(
          "expected tensors of an nn.RNN, nn.LSTM or nn.GRU, found none");
    }
    if (embeddings().size() > 1) {
      throw new IllegalArgumentException(
          "expected %s, found %s and %s"
              .formatted(
                  MODULES,
                  byName.get(embeddings().get(0)).name(),
                  byName.get(embeddings().get(1)).name()));
    }
    boolean both = byName.keySet().stream().anyMatch(name -> name.endsWith(REVERSE));
    List<Layer> found = new ArrayList<>();
    for (int l = 0; l < layers; l++) {
      found.add(layer(l, both, missing.activation()));
    }
    int inputs = last(matrix(RNN + "weight_ih_l0"));
    List<Embedding> embeddings = new ArrayList<>();
    if (!embeddings().isEmpty()) {
      List<Integer> shape = matrix(embeddings().get(0));
      if (last(shape) > inputs) {
        throw new IllegalArgumentException(
            "expected an nn.Embedding of at most %d values, which weight_ih_l0 reads, found one of %s"
                .formatted(inputs, shape));
      }
      embeddings.add(new Embedding(shape.get(0), last(shape), Embedding.NONE));
      inputs -= last(shape);
    }
    boolean hasHead = byName.containsKey(LINEAR + "weight") || byName.containsKey(LINEAR + "bias");
    return new Network(
        new Input(missing.timeSteps(), inputs, embeddings, 0, Join.EVERY_STEP),
        found,
        new Head(missing.loss(), hasHead ? matrix(LINEAR + "weight").get(0) : 0, missing.reads()));
  }

  private Layer layer(int number, boolean both, Activation activation) {
    String cell = cell(number, activation);
    String lowest = cell(0, activation);
    List<Integer> shape = matrix(RNN + "weight_hh_l" + number);
    if (!cell.equals(lowest)) {
      throw new IllegalArgumentException(
          "expected layers of one kind, found weight_hh_l%d %s of %s above one of %s"
              .formatted(number, shape, cell, lowest));
    }
    int units = last(shape);
    Layer layer = new Layer(cell, units);
    boolean two =
        cell.equals("lstm")
            && byName.keySet().stream().anyMatch(name -> name.startsWith(RNN + "bias"));
    return new Layer(
        cell,
        units,
        both ? Direction.BOTH : Direction.FORWARD,
        0,
        two ? Biases.TWO : layer.biases());
  }

  private String cell(int layer, Activation activation) {
    List<Integer> shape = matrix(RNN + "weight_hh_l" + layer);
    long rows = shape.get(0);
    long units = last(shape);
    if (rows == 4 * units) {
      return "lstm";
    } else if (rows == 3 * units) {
      return "gru";
    } else if (rows == units) {
      return Network.elman(1, 1, List.of(1), activation, 0).layers().get(0).cell();
    }
    throw new IllegalArgumentException(
        "expected the tensor weight_hh_l%d to be [%d, %d], found %s"
            .formatted(layer, units, units, shape));
  }

  private List<Integer> matrix(String name) {
    SafetensorsTensor tensor = byName.get(name);
    if (tensor == null) {
      throw missing(name);
    }
    if (tensor.shape().size() != 2) {
      throw new IllegalArgumentException(
          "expected the tensor %s to be a matrix, found %s"
              .formatted(TorchTensor.described(name), tensor.shape()));
    }
    return tensor.shape();
  }

  private static int last(List<Integer> shape) {
    return shape.get(shape.size() - 1);
  }
}
