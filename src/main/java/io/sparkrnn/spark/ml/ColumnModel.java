package io.sparkrnn.spark.ml;

import io.sparkrnn.data.DataException;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.OutputUnits;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.serving.ReadingException;
import io.sparkrnn.serving.RnnModel;
import io.sparkrnn.serving.Sequence;
import io.sparkrnn.serving.SequenceSource;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A trained model over the cells of a column. It travels to tasks, and may be used by several
 * threads.
 */
public final class ColumnModel implements Serializable {
  private static final long serialVersionUID = 1L;

  private final RnnTopology topology;
  private final float[] parameters;
  private final Map<String, String> provenance;
  private final Preparation preparation;
  private final SequenceCells cells;
  private final OutputUnits units;
  private final boolean fills;

  // Made where it computes.
  private transient volatile RnnModel model;

  // Spark evaluates an expression once more where a filter has it, too, for the same row.
  private transient volatile Said last;

  /** Of a sequence, outputs that nobody changes. */
  private record Said(Sequence sequence, double[][] outputs) {
    /** By bits. */
    boolean isOf(Sequence other) {
      return Arrays.deepEquals(sequence.numbers(), other.numbers())
          && Arrays.deepEquals(sequence.ids(), other.ids())
          && Arrays.equals(sequence.constants().statics(), other.constants().statics());
    }
  }

  /** A model that refuses numbers that are missing, unless it has masks for them. */
  public ColumnModel(ModelFile file) {
    this(file, false);
  }

  private ColumnModel(ModelFile file, boolean fills) {
    this.fills = fills;
    topology = file.topology();
    parameters = file.parameters();
    provenance = Map.copyOf(file.provenance());
    preparation = file.preparation().orElse(null);
    cells = new SequenceCells(topology.network(), file.preparation(), fills);
    units =
        new OutputUnits(
            topology.network().head().loss(),
            file.preparation().map(Preparation::targets).orElse(TargetScale.IDENTITY));
  }

  /** The model as a file has it. */
  public ModelFile file() {
    return new ModelFile(topology, parameters, provenance, Optional.ofNullable(preparation));
  }

  /** The same, for a table whose columns say how its missing numbers are filled. */
  ColumnModel reading(InputColumns columns) {
    return columns.fills() == fills ? this : new ColumnModel(file(), columns.fills());
  }

  public Network network() {
    return topology.network();
  }

  /** For people. */
  public String summary() {
    return topology.summary();
  }

  /** Names of classes; none where they are numbers. */
  public List<String> classes() {
    return file().classNames();
  }

  /** Puts what outputs say in their place: probabilities, or numbers in the units of the data. */
  public double[] said(double[] outputs) {
    double[] said = outputs.clone();
    units.convert(said);
    return said;
  }

  /** Numbers of the longest sequence. */
  public int numbers() {
    return cells.numbers();
  }

  /**
   * Requires columns of types that sequences can be in.
   *
   * @throws DataException if one is of another
   */
  void require(InputColumns columns, StructType schema) {
    Network network = network();
    if (network.input().statics() != columns.statics().size()) {
      throw new DataException(
          "Cannot predict rows: expected %d columns of static values, found %s"
              .formatted(network.input().statics(), columns.statics()));
    }
    columns
        .statics()
        .forEach(name -> requireType(SequenceCells::isNumber, "a number", schema.apply(name)));
    if (!columns.text().isEmpty()) {
      requireType(
          type -> !network.input().categorical().isEmpty() && SequenceCells.isText(type),
          "a text of a model that reads one",
          schema.apply(columns.text()));
    }
    List<StructField> features = columns.ofFeatures(schema);
    if (features.size() == 1) {
      requireType(cells::accepts, cells.expected(), features.get(0));
    } else if (!features.isEmpty()
        && !cells.accepts(new StructType(features.toArray(StructField[]::new)))) {
      throw new DataException(
          "Cannot predict rows: expected numbers, or arrays or vectors of them, found "
              + features.stream()
                  .map(field -> field.name() + " " + field.dataType().simpleString())
                  .toList());
    }
  }

  private static void requireType(Predicate<DataType> fits, String expected, StructField found) {
    if (!fits.test(found.dataType())) {
      throw new DataException(
          "Cannot predict rows: expected %s in column %s, found %s"
              .formatted(expected, found.name(), found.dataType().simpleString()));
    }
  }

  /**
   * What the head gives for a row's sequence, {@code [reading][output]}; not to be changed.
   *
   * @throws DataException if there is none that can be read
   */
  double[][] outputs(InputColumns.Cells row) {
    try {
      Sequence sequence = cells.read(model(), row);
      Said before = last;
      if (before != null && before.isOf(sequence)) {
        return before.outputs();
      }
      double[][] outputs = model().outputs(sequence);
      last = new Said(sequence, outputs);
      return outputs;
    } catch (DataException | ReadingException e) {
      throw refused(e);
    }
  }

  /**
   * What a row holds, as the network reads it; computes nothing.
   *
   * @throws DataException if there is no sequence that can be read
   */
  SequenceSource read(InputColumns.Cells row) {
    try {
      return model().read(cells.read(model(), row));
    } catch (DataException | ReadingException e) {
      throw refused(e);
    }
  }

  /** As {@link #outputs(InputColumns.Cells)}, of rows that have been read. */
  double[][][] outputs(List<SequenceSource> read) {
    return model().outputs(read);
  }

  private static DataException refused(RuntimeException e) {
    return new DataException(
        "Cannot predict a row: " + e.getMessage().replaceFirst("^Cannot [^:]*: ", ""));
  }

  /** The same of features alone. */
  public double[][] outputs(Object features) {
    return outputs(new InputColumns.Cells(features, null, null));
  }

  /** Whether there are outputs for a row; computes none. */
  boolean isUsable(InputColumns.Cells row) {
    try {
      read(row);
      return true;
    } catch (DataException e) {
      return false;
    }
  }

  private RnnModel model() {
    RnnModel found = model;
    if (found == null) {
      found = fills ? RnnModel.fillingForward(file()) : RnnModel.of(file());
      model = found;
    }
    return found;
  }
}
