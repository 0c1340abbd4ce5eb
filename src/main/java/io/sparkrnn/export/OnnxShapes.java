package io.sparkrnn.export;

import io.sparkrnn.export.OnnxModel.Attribute;
import io.sparkrnn.export.OnnxModel.Node;
import io.sparkrnn.export.OnnxModel.Tensor;
import io.sparkrnn.export.OnnxSymbol.Axis;
import io.sparkrnn.export.OnnxSymbol.Constant;
import io.sparkrnn.export.OnnxSymbol.Moment;
import io.sparkrnn.export.OnnxSymbol.Size;
import io.sparkrnn.export.OnnxSymbol.Sizes;
import io.sparkrnn.export.OnnxSymbol.Stage;
import io.sparkrnn.export.OnnxSymbol.Steps;
import io.sparkrnn.export.OnnxSymbol.Unknown;
import io.sparkrnn.export.OnnxSymbol.Zeros;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What an operator gives that only moves values: axes of sequences, sizes that exporters compute,
 * zeros.
 */
final class OnnxShapes {
  private final Node node;
  private final Function<String, OnnxSymbol> symbols;
  private final String timeAxis;

  OnnxShapes(Node node, Function<String, OnnxSymbol> symbols, String timeAxis) {
    this.node = node;
    this.symbols = symbols;
    this.timeAxis = timeAxis;
  }

  /** An {@link Unknown} where no rule knows it. */
  OnnxSymbol result() {
    Optional<? extends OnnxSymbol> known = known();
    return known.isPresent() ? known.get() : new Unknown(node);
  }

  private Optional<? extends OnnxSymbol> known() {
    if (node.operator().equals("Constant")) {
      Attribute value = node.attributes().get("value");
      return value == null || value.tensor() == null
          ? Optional.empty()
          : Optional.of(new Constant(value.tensor()));
    }
    OnnxSymbol first = symbols.apply(node.input(0));
    boolean passes =
        List.of("Identity", "Cast").contains(node.operator())
            || node.operator().equals("Dropout") && node.input(2).isEmpty();
    if (passes) {
      return Optional.ofNullable(first);
    }
    if (node.operator().equals("ConstantOfShape")) {
      Attribute value = node.attributes().get("value");
      boolean zero = value == null || value.tensor() != null && value.tensor().isZero();
      return zero ? Optional.of(new Zeros()) : Optional.empty();
    }
    boolean movesZeros =
        switch (node.operator()) {
          case "Slice", "Squeeze", "Unsqueeze", "Reshape", "Transpose", "Gather" ->
              first instanceof Zeros;
          case "Expand" -> isZero(first);
          case "Concat" -> node.inputs().stream().map(symbols).allMatch(OnnxShapes::isZero);
          default -> false;
        };
    if (movesZeros) {
      return Optional.of(new Zeros());
    }
    if (first instanceof Steps steps) {
      return ofSteps(steps);
    }
    if (node.operator().equals("Gather") && first instanceof Constant c && c.tensor().isFloat()) {
      return embedded(c.tensor());
    }
    return ofSizes();
  }

  private static boolean isZero(OnnxSymbol symbol) {
    return symbol instanceof Zeros
        || symbol instanceof Constant c && c.tensor().isFloat() && c.tensor().isZero();
  }

  private Optional<? extends OnnxSymbol> ofSteps(Steps steps) {
    return switch (node.operator()) {
      case "Transpose" -> numbers("perm").flatMap(order -> OnnxAxes.transposed(steps, order));
      case "Squeeze" -> longs(1, "axes").flatMap(axes -> OnnxAxes.squeezed(steps, axes));
      case "Unsqueeze" -> longs(1, "axes").flatMap(axes -> OnnxAxes.unsqueezed(steps, axes));
      case "Reshape" ->
          sizes(node.input(1))
              .flatMap(shape -> OnnxAxes.reshaped(steps, shape, node.number("allowzero", 0) != 0));
      case "Shape" -> shape(steps);
      case "Slice" -> sliced(steps);
      case "Gather" -> taken(steps);
      case "Concat" -> concatenated();
      case "ReduceMean" -> reduced(steps, Moment.MEAN);
      case "ReduceMax" -> reduced(steps, Moment.LARGEST);
      default -> Optional.empty();
    };
  }

  private Optional<Steps> concatenated() {
    List<Steps> parts = new ArrayList<>();
    for (String input : node.inputs()) {
      if (!(symbols.apply(input) instanceof Steps part)) {
        return Optional.empty();
      }
      parts.add(part);
    }
    return OnnxAxes.joined(parts, node.number("axis", 0));
  }

  private Optional<Sizes> shape(Steps steps) {
    List<Size> all = steps.axes().stream().map(Size::of).toList();
    int rank = all.size();
    long start = node.number("start", 0);
    long end = node.number("end", rank);
    long from = Math.max(0, start < 0 ? start + rank : start);
    long to = Math.min(rank, end < 0 ? end + rank : end);
    return from > to ? Optional.empty() : Optional.of(new Sizes(all.subList((int) from, (int) to)));
  }

  private Optional<Steps> sliced(Steps steps) {
    Optional<Long> from = single(1);
    Optional<Long> to = single(2);
    Optional<Long> axis = node.input(3).isEmpty() ? Optional.of(0L) : single(3);
    boolean byOne = node.input(4).isEmpty() || single(4).equals(Optional.of(1L));
    if (from.isEmpty() || to.isEmpty() || axis.isEmpty() || !byOne) {
      return Optional.empty();
    }
    long at = axis.get() < 0 ? axis.get() + steps.axes().size() : axis.get();
    // A range that is empty has no rule.
    return from.get() == -1 && to.get() == 0
        ? Optional.empty()
        : OnnxAxes.sliced(steps, (int) at, from.get(), to.get(), timeAxis);
  }

  private Optional<Steps> taken(Steps steps) {
    Optional<Long> index =
        symbols.apply(node.input(1)) instanceof Constant c
                && c.tensor().isWhole()
                && c.tensor().sizes().isEmpty()
                && c.tensor().count() == 1
            ? Optional.of(c.tensor().longs().get(0))
            : Optional.empty();
    long axis = node.number("axis", 0);
    long at = axis < 0 ? axis + steps.axes().size() : axis;
    return index
        .flatMap(
            i -> OnnxAxes.sliced(steps, (int) at, i, i == -1 ? Integer.MAX_VALUE : i + 1, timeAxis))
        .flatMap(one -> OnnxAxes.squeezed(one, List.of(at)));
  }

  private Optional<Steps> reduced(Steps steps, Moment left) {
    List<Long> axes = longs(1, "axes").orElse(List.of());
    if (axes.size() != 1 || steps.moment() != Moment.ALL || steps.stage() != Stage.STATES) {
      return Optional.empty();
    }
    long at = axes.get(0) < 0 ? axes.get(0) + steps.axes().size() : axes.get(0);
    if (at < 0
        || at >= steps.axes().size()
        || !steps.axes().get((int) at).name().equals(timeAxis)) {
      return Optional.empty();
    }
    List<Axis> others = new ArrayList<>(steps.axes());
    others.set((int) at, Axis.ONE);
    Steps one = new Steps(steps.stage(), steps.ways(), left, others);
    return node.number("keepdims", 1) == 1 ? Optional.of(one) : OnnxAxes.squeezed(one, List.of(at));
  }

  private Optional<Steps> embedded(Tensor vectors) {
    if (!(symbols.apply(node.input(1)) instanceof Steps ids)
        || ids.stage() != Stage.IDS
        || vectors.sizes().size() != 2
        || node.number("axis", 0) != 0) {
      return Optional.empty();
    }
    List<Axis> axes = new ArrayList<>(ids.axes());
    axes.add(new Axis(OnnxAxes.VALUES, vectors.sizes().get(1)));
    return Optional.of(new Steps(Stage.BELOW, List.of(), Moment.ALL, axes));
  }

  private Optional<Sizes> ofSizes() {
    Optional<List<Size>> first = sizes(node.input(0));
    if (first.isEmpty()) {
      return Optional.empty();
    }
    List<Size> from = first.get();
    return switch (node.operator()) {
      case "Squeeze", "Unsqueeze", "Reshape" -> Optional.of(new Sizes(from));
      case "Slice" -> slicedSizes(from);
      case "Gather" -> takenSizes(from);
      case "Concat" -> {
        List<Size> all = new ArrayList<>();
        for (String input : node.inputs()) {
          Optional<List<Size>> part = sizes(input);
          if (part.isEmpty() || all.size() > 16) {
            yield Optional.empty();
          }
          all.addAll(part.get());
        }
        yield Optional.of(new Sizes(all));
      }
      case "Mul" ->
          sizes(node.input(1))
              .filter(other -> other.size() == 1 && from.size() == 1)
              .filter(other -> other.get(0).axis() == null && from.get(0).axis() == null)
              .map(
                  other ->
                      new Sizes(
                          List.of(new Size(other.get(0).number() * from.get(0).number(), null))));
      default -> Optional.empty();
    };
  }

  private Optional<Sizes> slicedSizes(List<Size> from) {
    Optional<Long> start = single(1);
    Optional<Long> end = single(2);
    if (start.isEmpty() || end.isEmpty() || !node.input(4).isEmpty()) {
      return Optional.empty();
    }
    long first = start.get() < 0 ? start.get() + from.size() : start.get();
    long last = Math.min(from.size(), end.get() < 0 ? end.get() + from.size() : end.get());
    return first < 0 || first > last
        ? Optional.empty()
        : Optional.of(new Sizes(from.subList((int) first, (int) last)));
  }

  private Optional<Sizes> takenSizes(List<Size> from) {
    List<Size> all = new ArrayList<>();
    for (Size index : sizes(node.input(1)).orElse(List.of())) {
      long at = index.number() < 0 ? index.number() + from.size() : index.number();
      if (index.axis() != null || at < 0 || at >= from.size()) {
        return Optional.empty();
      }
      all.add(from.get((int) at));
    }
    return all.isEmpty() ? Optional.empty() : Optional.of(new Sizes(all));
  }

  /** Few whole numbers, which a shape could be. */
  private Optional<List<Size>> sizes(String name) {
    OnnxSymbol symbol = symbols.apply(name);
    if (symbol instanceof Sizes sizes) {
      return Optional.of(sizes.sizes());
    }
    return symbol instanceof Constant c && c.tensor().isWhole() && c.tensor().count() <= 16
        ? Optional.of(c.tensor().longs().stream().map(number -> new Size(number, null)).toList())
        : Optional.empty();
  }

  private Optional<Long> single(int input) {
    return sizes(node.input(input))
        .filter(all -> all.size() == 1 && all.get(0).axis() == null)
        .map(all -> all.get(0).number());
  }

  private Optional<List<Long>> numbers(String attribute) {
    return Optional.ofNullable(node.attributes().get(attribute)).map(Attribute::numbers);
  }

  /** Numbers of an input, or of an attribute in older operator sets. */
  private Optional<List<Long>> longs(int input, String attribute) {
    if (node.input(input).isEmpty()) {
      return numbers(attribute);
    }
    return sizes(node.input(input))
        .filter(all -> all.stream().allMatch(size -> size.axis() == null))
        .map(all -> all.stream().map(Size::number).toList());
  }
}
