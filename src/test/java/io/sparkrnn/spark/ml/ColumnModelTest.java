package io.sparkrnn.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sparkrnn.data.DataException;
import io.sparkrnn.export.ModelFile;
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
import io.sparkrnn.model.ChannelScale;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.model.Vocabulary;
import io.sparkrnn.serving.Constants;
import io.sparkrnn.serving.RnnModel;
import io.sparkrnn.serving.Sequence;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ColumnModelTest {
  private static final double[][] STEPS = {{1, 20, 3}, {4, 50, 6}, {7, 80, 9.5}};
  private static final Input NUMBERS = new Input(4, 3);

  private static ModelFile model(Input input, boolean prepared) {
    boolean text = !input.categorical().isEmpty();
    Layer layer = new Layer("lstm", 5, Direction.BOTH, 0, Biases.ONE);
    RnnTopology topology =
        new RnnTopology(
            "test", new Network(input, List.of(layer), new Head(Loss.softmax(), 3, Reads.LAST)));
    Preparation preparation =
        new Preparation(
            input.dense() == 0 ? List.of() : List.of("a", "b", "c"),
            input.dense() == 0
                ? ChannelScale.NONE
                : new ChannelScale(List.of(0.5, 40.0, 2.0), List.of(3.0, 11.0, 0.7)),
            Map.of(),
            text ? new Vocabulary(Vocabulary.Unit.WORDS, List.of("up", "down")) : Vocabulary.NONE,
            List.of(),
            TargetScale.IDENTITY);
    return new ModelFile(
        topology,
        ParameterInitializer.ORTHOGONAL.initialise(topology, 3),
        Map.of(),
        prepared ? Optional.of(preparation) : Optional.empty());
  }

  /** An array as Spark hands it out. */
  private static Object array(Object... elements) {
    return RowFactory.create(elements).toSeq();
  }

  private static Object arrayOf(double... numbers) {
    return array(DoubleStream.of(numbers).boxed().toArray());
  }

  private static Object[] steps(java.util.function.Function<double[], Object> step) {
    return Arrays.stream(STEPS).map(step).toArray();
  }

  private static double[] flat() {
    return Arrays.stream(STEPS).flatMapToDouble(Arrays::stream).toArray();
  }

  private static Object channel(int number) {
    return arrayOf(Arrays.stream(STEPS).mapToDouble(step -> step[number]).toArray());
  }

  static Stream<Object> kindsOfCells() {
    return Stream.of(
        Vectors.dense(flat()),
        Vectors.dense(flat()).toSparse(),
        arrayOf(flat()),
        flat(),
        array(steps(ColumnModelTest::arrayOf)),
        array(steps(Vectors::dense)),
        array(steps(step -> RowFactory.create(step[0], step[1], step[2]))),
        RowFactory.create(channel(0), channel(1), channel(2)),
        RowFactory.create(array(steps(step -> arrayOf(step[0], step[1]))), channel(2)),
        RowFactory.create(DoubleStream.of(flat()).boxed().toArray()));
  }

  @ParameterizedTest
  @MethodSource("kindsOfCells")
  void everyKindOfCellGivesTheBitsOfTheSequence(Object cell) {
    ModelFile file = model(NUMBERS, true);
    assertThat(new ColumnModel(file).outputs(cell))
        .isDeepEqualTo(RnnModel.of(file, "portable").outputs(Sequence.of(STEPS)));
  }

  @Test
  void aTextIsCutAsInTraining() {
    ModelFile file =
        model(new Input(4, 0, List.of(new Embedding(4, 2, 0)), 0, Join.EVERY_STEP), true);
    double[][] expected = RnnModel.of(file, "portable").predict("up and down");
    ColumnModel model = new ColumnModel(file);
    for (Object cell : List.of("up and  down", array("up", "and", "down"))) {
      assertThat(model.said(model.outputs(cell)[0])).containsExactly(expected[0]);
    }
  }

  @Test
  void textsNumbersAndStaticValuesGoTogether() {
    ModelFile file = model(new Input(4, 3, List.of(new Embedding(4, 2, 0)), 2, Join.HEAD), true);
    double[][] outputs =
        new ColumnModel(file)
            .outputs(
                new InputColumns.Cells(
                    arrayOf(flat()), "down up down", RowFactory.create(2, -1.5)));
    assertThat(outputs)
        .isDeepEqualTo(
            RnnModel.of(file, "portable")
                .outputs(
                    new Sequence(STEPS, new int[][] {{3}, {2}, {3}}, new Constants("", 2, -1.5))));
  }

  @Test
  void whatIsMissingIsMaskedWhereTrainingDidThat() {
    ModelFile file = model(new Input(4, 6), true);
    Object cell = array(1.0, null, 3.0, Double.NaN, 50.0, 6.0);
    double[][] steps = {{1, Double.NaN, 3}, {Double.NaN, 50, 6}};
    ColumnModel model = new ColumnModel(file);
    assertThat(model.outputs(cell))
        .isDeepEqualTo(RnnModel.of(file, "portable").outputs(Sequence.of(steps)));
    assertThat(model.isUsable(new InputColumns.Cells(cell, null, null))).isTrue();
  }

  @Test
  void whatIsMissingIsFilledWhereTrainingDidThat() {
    ModelFile file = model(NUMBERS, true);
    ColumnModel model =
        new ColumnModel(file).reading(new InputColumns(List.of("x"), "", List.of(), true));
    double[][] steps = {{1, 40, Double.NaN}, {Double.NaN, 50, 6}};
    double[][] filled = {{1, 40, 2}, {1, 50, 6}};
    double[][] outputs = model.outputs(array(1.0, 40.0, null, Double.NaN, 50.0, 6.0));
    assertThat(outputs).isDeepEqualTo(RnnModel.fillingForward(file).outputs(Sequence.of(steps)));
    // A mean is 0 when it is standardised; this one is a float.
    assertThat(outputs).isDeepEqualTo(RnnModel.of(file).outputs(Sequence.of(filled)));
  }

  static Stream<Arguments> badCells() {
    return Stream.of(
        Arguments.of(false, null, "expected features, found null"),
        Arguments.of(false, Vectors.dense(1, 2), "expected 12 values, found 2"),
        Arguments.of(false, array(arrayOf(1, 2, 3)), "expected 4 time steps, found 1"),
        Arguments.of(
            true,
            Vectors.dense(1, 2),
            "expected a multiple of 3 values, those of a time step, found 2"),
        Arguments.of(true, array(), "expected 1 to 4 time steps, found 0"),
        Arguments.of(true, arrayOf(new double[15]), "expected 1 to 4 time steps, found 5"),
        Arguments.of(true, array(1.0, null, 3.0), "expected numbers, found null at 1"),
        Arguments.of(
            true, Vectors.dense(1, Double.NaN, 3), "expected finite values, found NaN at 1"),
        Arguments.of(
            true,
            arrayOf(1, 2, 1e300),
            "expected values in the range of a float, found 1.0E300 at 2"),
        Arguments.of(
            true,
            array(arrayOf(1, 2, 3), arrayOf(1)),
            "expected 3 values at each time step, found 1 at 1"),
        Arguments.of(true, array(arrayOf(1, 2, 3), null), "expected features, found null"),
        Arguments.of(
            true,
            RowFactory.create(channel(0), channel(1), arrayOf(1)),
            "expected 3 time steps as in the column before, found 1"),
        Arguments.of(
            true,
            RowFactory.create(channel(0), channel(1)),
            "expected 3 values at each time step, found 0 and 2 columns of equal parts"));
  }

  @ParameterizedTest
  @MethodSource("badCells")
  void whatCannotBeReadIsRefused(boolean prepared, Object cell, String problem) {
    ColumnModel model = new ColumnModel(model(NUMBERS, prepared));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.outputs(cell))
        .isInstanceOf(DataException.class)
        .withMessage("Cannot predict a row: " + problem);
    assertThat(model.isUsable(new InputColumns.Cells(cell, null, null))).isFalse();
  }

  /** Spark evaluates an expression in a filter, and then once more for the rows that stay. */
  @Test
  void theSameSequenceAgainIsNotComputedAgain() {
    ColumnModel model = new ColumnModel(model(NUMBERS, true));
    double[][] outputs = model.outputs(Vectors.dense(flat()));
    assertThat(model.outputs(arrayOf(flat()))).isSameAs(outputs);
    double[] negative = flat();
    negative[4] = -0.0;
    double[][] ofNegative = model.outputs(Vectors.dense(negative));
    negative[4] = 0.0;
    assertThat(model.outputs(Vectors.dense(negative))).isNotSameAs(ofNegative);
    assertThat(model.outputs(Vectors.dense(flat()))).isNotSameAs(outputs).isDeepEqualTo(outputs);
  }

  @Test
  void columnsOfOtherTypesAreRefused() {
    DataType numbers = DataTypes.createArrayType(DataTypes.FloatType);
    ColumnModel model = new ColumnModel(model(NUMBERS, true));
    StructType schema =
        new StructType()
            .add("vector", SQLDataTypes.VectorType())
            .add("array", numbers)
            .add("nested", DataTypes.createArrayType(numbers))
            .add("one", DataTypes.IntegerType)
            .add("text", DataTypes.StringType)
            .add("struct", new StructType().add("x", numbers).add("y", numbers));
    for (String name : List.of("vector", "array", "nested", "struct")) {
      model.require(new InputColumns(List.of(name), "", List.of(), false), schema);
    }
    model.require(
        new InputColumns(List.of("array", "nested", "one"), "", List.of(), false), schema);
    for (String name : List.of("one", "text")) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> model.require(new InputColumns(List.of(name), "", List.of(), false), schema))
          .withMessage(
              "Cannot predict rows: expected numbers in an array or a vector in column %s, found %s"
                  .formatted(name, schema.apply(name).dataType().simpleString()));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                model.require(
                    new InputColumns(List.of("array"), "", List.of("one"), false), schema))
        .withMessage("Cannot predict rows: expected 0 columns of static values, found [one]");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                model.require(new InputColumns(List.of("array"), "text", List.of(), false), schema))
        .withMessageContaining("expected a text of a model that reads one in column text");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                model.require(
                    new InputColumns(List.of("array", "text"), "", List.of(), false), schema))
        .withMessageEndingWith("found [array array<float>, text string]");
  }

  @Test
  void whatClassifiersSayIsAsInSparkMl() {
    double[][] outputs = {{1, 3, 2}};
    List<ClassAnswers.Kind> all = List.of(ClassAnswers.Kind.values());
    Row plain = new ClassAnswers(3, all, null).of(outputs);
    assertThat(plain.getDouble(2)).isEqualTo(1);
    assertThat(new ClassAnswers(3, all, new double[] {0.1, 0.8, 0.1}).of(outputs).getDouble(2))
        .isEqualTo(2);
    Row kept = new ClassAnswers(3, all, null).of(null);
    assertThat(kept.getDouble(2)).isNaN();
    assertThat(kept.get(0)).hasToString("[NaN,NaN,NaN]");
    assertThat(kept.get(1)).hasToString("[NaN,NaN,NaN]");
  }
}
