package io.sparkrnn.cli;

import static io.sparkrnn.cli.TextTable.Align.LEFT;
import static io.sparkrnn.cli.TextTable.Align.RIGHT;

import io.sparkrnn.data.Axes;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.RnnTopology;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** The text of {@code inspect}. */
final class InspectionReport {
  /** Columns of a matrix that are printed; more would not fit a terminal. */
  private static final int PRINTED_COLUMNS = 6;

  private final RnnTopology topology;
  private final Network network;
  private final BatchStages stages;
  private final StringBuilder text = new StringBuilder();
  private boolean headed;

  private InspectionReport(RnnTopology topology, BatchStages stages) {
    this.topology = topology;
    this.network = topology.network();
    this.stages = stages;
  }

  /**
   * Parameters, and the arrays of every stage of a batch; of a network without an output layer also
   * their numbers.
   *
   * @param batch says which samples and parameters the stages are of
   */
  static String of(RnnTopology topology, BatchStages stages, String batch) {
    InspectionReport report = new InspectionReport(topology, stages);
    report.text.append(ModelDescription.of(topology));
    report.heading("A batch: " + batch);
    report.arrays(stages.inputs());
    report.layers(topology.network().timeSteps() / 2);
    report.heading("After the last time step");
    report.arrays(stages.finalHidden());
    if (topology.trainable()) {
      report.heading("Output layer: out = h V + c, of the last state of the top layer");
      report.arrays(stages.output());
    } else {
      report.numbers();
    }
    report.heading(
        stages.ordersAgree()
            ? "Batch-first and time-major input give the same numbers."
            : "Batch-first and time-major input give different numbers: this is a defect.");
    return report.text.toString();
  }

  /** One time step of every layer, and its outputs of all time steps. */
  private void layers(int timeStep) {
    for (int l = 0; l < network.layers().size(); l++) {
      heading(
          "%s at time step t = %d of 0..%d: h_t = %s(U x_t + W h_{t-1} + b)%s"
              .formatted(
                  network.layers().size() == 1 ? "Recurrent layer" : "Recurrent layer " + l,
                  timeStep,
                  network.timeSteps() - 1,
                  activation(),
                  l == 0 ? "" : ", where x_t is h_t of layer " + (l - 1)));
      arrays(stages.step(l, timeStep));
      arrays(
          List.of(
              stages.hidden("hidden outputs, time-major", l, Axes.TIME_MAJOR),
              stages.hidden("hidden outputs, batch-first", l, Axes.BATCH_FIRST)));
    }
  }

  private void numbers() {
    heading("Numbers");
    for (int l = 0; l < network.layers().size(); l++) {
      String layer = network.layers().size() == 1 ? "" : " of layer " + l;
      stages.step(l, 1).stream().limit(3).forEach(parameter -> matrix(parameter, layer));
    }
    int top = network.layers().size() - 1;
    NamedArray states = stages.hidden("Y", top, Axes.TIME_MAJOR);
    NamedArray inputs = stages.input("X", Axes.TIME_MAJOR);
    boolean single = network.layers().size() == 1;
    step(
        inputs.at(0, "X0"),
        states.at(
            0, single ? "Y0 = %s(X0 U + b)".formatted(activation()) : "Y0, of the top layer"));
    step(
        inputs.at(1, "X1"),
        states.at(
            1,
            single ? "Y1 = %s(Y0 W + X1 U + b)".formatted(activation()) : "Y1, of the top layer"));
  }

  private void matrix(NamedArray array, String of) {
    int columns = array.shape().get(array.shape().size() - 1);
    TextTable table = new TextTable(LEFT, LEFT);
    for (int row = 0; row < array.values().length / columns; row++) {
      table.row(row == 0 ? array.name() + of : "", numbers("%10.7f", array, row));
    }
    text.append(table.render());
  }

  private void step(NamedArray input, NamedArray state) {
    line("");
    TextTable table = new TextTable(RIGHT, LEFT, LEFT).row("sample", input.name(), state.name());
    for (int s = 0; s < input.shape().get(0); s++) {
      table.row(String.valueOf(s), numbers("%.0f", input, s), numbers("%10.7f", state, s));
    }
    text.append(table.render());
  }

  private static String numbers(String format, NamedArray array, int row) {
    int columns = array.shape().get(array.shape().size() - 1);
    StringJoiner numbers = new StringJoiner(" ");
    for (int c = 0; c < Math.min(columns, PRINTED_COLUMNS); c++) {
      numbers.add(String.format(Locale.ROOT, format, array.values()[row * columns + c]));
    }
    return columns > PRINTED_COLUMNS ? numbers.add("...").toString() : numbers.toString();
  }

  private void arrays(List<NamedArray> arrays) {
    // Padded so that tables under different headings stand in the same columns.
    TextTable table = new TextTable(LEFT, LEFT, LEFT);
    if (!headed) {
      table.row("array", "shape", "    values");
      headed = true;
    }
    for (NamedArray array : arrays) {
      DoubleSummaryStatistics range = array.range();
      table.row(
          "%-32s".formatted(array.name()),
          "%-16s".formatted(array.shape()),
          String.format(Locale.ROOT, "%8.4f to %7.4f", range.getMin(), range.getMax()));
    }
    text.append(table.render());
  }

  private void heading(String heading) {
    line("");
    line(heading);
  }

  private void line(String line) {
    text.append(line).append(System.lineSeparator());
  }

  private String activation() {
    return network.activation().name().toLowerCase(Locale.ROOT);
  }
}
