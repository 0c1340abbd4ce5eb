package io.sparkrnn.export;

import io.sparkrnn.export.OnnxSymbol.Axis;
import io.sparkrnn.export.OnnxSymbol.Moment;
import io.sparkrnn.export.OnnxSymbol.Size;
import io.sparkrnn.export.OnnxSymbol.Stage;
import io.sparkrnn.export.OnnxSymbol.Steps;
import io.sparkrnn.export.OnnxSymbol.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What operators that compute nothing do to the axes of sequences; empty where no rule knows it.
 */
final class OnnxAxes {
  static final String WAYS = "ways";
  static final String UNITS = "units";
  static final String VALUES = "values";

  private OnnxAxes() {}

  static Optional<Steps> transposed(Steps steps, List<Long> order) {
    if (order.size() != steps.axes().size()
        || !order.stream().sorted().toList().equals(counted(order.size()))) {
      return Optional.empty();
    }
    return Optional.of(
        steps.withAxes(order.stream().map(axis -> steps.axes().get(axis.intValue())).toList()));
  }

  private static List<Long> counted(int count) {
    List<Long> all = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      all.add(i);
    }
    return all;
  }

  /** Without axes of one element. */
  static Optional<Steps> squeezed(Steps steps, List<Long> which) {
    List<Axis> axes = new ArrayList<>(steps.axes());
    for (long axis : which.stream().map(a -> a < 0 ? a + axes.size() : a).sorted().toList()) {
      if (axis < 0 || axis >= steps.axes().size() || steps.axes().get((int) axis).size() != 1) {
        return Optional.empty();
      }
      axes.set((int) axis, null);
    }
    axes.removeIf(axis -> axis == null);
    return Optional.of(steps.withAxes(axes));
  }

  /** With other axes of one element, numbered as in the result. */
  static Optional<Steps> unsqueezed(Steps steps, List<Long> which) {
    List<Axis> axes = new ArrayList<>(steps.axes());
    int rank = axes.size() + which.size();
    for (long axis : which.stream().map(a -> a < 0 ? a + rank : a).sorted().toList()) {
      if (axis < 0 || axis > axes.size()) {
        return Optional.empty();
      }
      axes.add((int) axis, Axis.ONE);
    }
    return Optional.of(steps.withAxes(axes));
  }

  /** In another shape: of the rearrangements that mean something the one that has it. */
  static Optional<Steps> reshaped(Steps steps, List<Size> shape, boolean zeroIsZero) {
    List<List<Axis>> candidates = new ArrayList<>();
    List<Axis> axes = steps.axes();
    candidates.add(axes);
    candidates.add(axes.stream().filter(axis -> axis.size() != 1).toList());
    for (int i = 0; i + 1 < axes.size(); i++) {
      // The two directions of a layer, and all time steps of all samples.
      boolean directions = axes.get(i).name().equals(WAYS) && axes.get(i + 1).name().equals(UNITS);
      if (directions) {
        candidates.add(
            replaced(
                axes,
                i,
                2,
                List.of(new Axis(VALUES, axes.get(i).size() * axes.get(i + 1).size()))));
      } else if (i == 0 && axes.size() == 3) {
        candidates.add(
            replaced(
                axes, 0, 2, List.of(new Axis("rows", OnnxModel.Value.FREE, axes.subList(0, 2)))));
      }
    }
    if (!axes.isEmpty() && !axes.get(0).parts().isEmpty()) {
      candidates.add(replaced(axes, 0, 1, axes.get(0).parts()));
    }
    return candidates.stream()
        .filter(candidate -> fits(candidate, axes, shape, zeroIsZero))
        .findFirst()
        .map(steps::withAxes);
  }

  private static List<Axis> replaced(List<Axis> axes, int at, int count, List<Axis> others) {
    List<Axis> all = new ArrayList<>(axes.subList(0, at));
    all.addAll(others);
    all.addAll(axes.subList(at + count, axes.size()));
    return all;
  }

  private static boolean fits(
      List<Axis> candidate, List<Axis> axes, List<Size> shape, boolean zeroIsZero) {
    if (candidate.size() != shape.size()) {
      return false;
    }
    int inferred = 0;
    for (int i = 0; i < shape.size(); i++) {
      Size size = shape.get(i);
      Axis axis = candidate.get(i);
      boolean kept =
          size.axis() == null
              && size.number() == 0
              && !zeroIsZero
              && i < axes.size()
              && axes.get(i).equals(axis);
      boolean rest = size.axis() == null && size.number() == -1;
      inferred += rest ? 1 : 0;
      if (!kept && !rest && !size.equals(Size.of(axis))) {
        return false;
      }
    }
    return inferred <= 1;
  }

  /**
   * One element, or a range, of an axis: a direction of a layer, or the first or the last time
   * step.
   *
   * @param from the first element; negative from the end
   * @param to one past the last
   * @param timeAxis the name of the axis of time steps
   */
  static Optional<Steps> sliced(Steps steps, int axis, long from, long to, String timeAxis) {
    if (axis < 0 || axis >= steps.axes().size() || steps.stage() != Stage.STATES) {
      return Optional.empty();
    }
    Axis sliced = steps.axes().get(axis);
    if (sliced.name().equals(WAYS)) {
      long first = from < 0 ? from + sliced.size() : from;
      long end = Math.min(sliced.size(), to < 0 ? to + sliced.size() : to);
      if (first < 0 || first >= end) {
        return Optional.empty();
      }
      List<Way> ways = steps.ways().subList((int) first, (int) end);
      List<Axis> axes = new ArrayList<>(steps.axes());
      axes.set(axis, new Axis(WAYS, ways.size()));
      return Optional.of(new Steps(steps.stage(), ways, steps.moment(), axes));
    }
    boolean time = steps.moment() == Moment.ALL && sliced.name().equals(timeAxis);
    if (time && from == 0 && to == 1) {
      return Optional.of(steps.at(Moment.FIRST, axis));
    }
    boolean toTheEnd = to == 0 || to >= Integer.MAX_VALUE;
    if (time && from == -1 && toTheEnd) {
      return Optional.of(steps.at(Moment.FINAL, axis));
    }
    return Optional.empty();
  }

  /** Directions one behind the other: along their own axis, or as values. */
  static Optional<Steps> joined(List<Steps> parts, long axis) {
    Steps first = parts.get(0);
    int rank = first.axes().size();
    int at = (int) (axis < 0 ? axis + rank : axis);
    if (at < 0 || at >= rank) {
      return Optional.empty();
    }
    List<Way> ways = new ArrayList<>();
    int size = 0;
    for (Steps part : parts) {
      List<Axis> like = new ArrayList<>(part.axes());
      if (part.stage() != Stage.STATES
          || part.moment() != first.moment()
          || like.size() != rank
          || like.get(at).isFree()) {
        return Optional.empty();
      }
      size += like.get(at).size();
      like.set(at, first.axes().get(at));
      if (!like.equals(first.axes())) {
        return Optional.empty();
      }
      ways.addAll(part.ways());
    }
    boolean ofWays = first.axes().get(at).name().equals(WAYS);
    boolean ofValues =
        at == rank - 1 && first.axes().stream().noneMatch(a -> a.name().equals(WAYS));
    if (!ofWays && !ofValues) {
      return Optional.empty();
    }
    List<Axis> axes = new ArrayList<>(first.axes());
    axes.set(at, new Axis(ofWays ? WAYS : VALUES, size));
    return Optional.of(new Steps(Stage.STATES, ways, first.moment(), axes));
  }
}
