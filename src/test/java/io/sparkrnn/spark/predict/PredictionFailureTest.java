package io.sparkrnn.spark.predict;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.images.PixelRules;
import io.sparkrnn.spark.predict.SparkPrediction.Input;
import io.sparkrnn.spark.predict.SparkPrediction.Output;
import io.sparkrnn.spark.predict.SparkPrediction.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PredictionFailureTest {
  private static final Request REQUEST =
      new Request(
          Input.PARQUET, "/in", "features", PixelRules.NONE, Output.CSV, "/out", "portable");
  private static final String NOT_SPARKS =
      "Cannot read /in: expected types, encodings and codecs that Spark reads, found: ";

  @Test
  void aTypeThatSparkDoesNotReadIsNoDamage() {
    String message = "Illegal Parquet type: FIXED_LEN_BYTE_ARRAY (UUID).";
    assertThat(PredictionFailure.ofOpening(new IllegalStateException(message), REQUEST))
        .isInstanceOf(DataException.class)
        .hasMessage(NOT_SPARKS + message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "org.apache.hadoop.io.compress.BrotliCodec",
        "Unsupported encoding: BYTE_STREAM_SPLIT"
      })
  void anEncodingThatSparkDoesNotReadIsNoDamage(String message) {
    Exception reading =
        new IllegalStateException(
            "Encountered error while reading file file:///in.",
            new UnsupportedOperationException(message));
    assertThat(PredictionFailure.of(reading, REQUEST))
        .isInstanceOf(DataException.class)
        .hasMessage(NOT_SPARKS + message);
  }
}
