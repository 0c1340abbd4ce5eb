package io.sparkrnn.spark.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.storage.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same tables are the same shards with every Spark that the program is built for: types are
 * inferred, times without a zone are read and queries are answered alike. Each build is held to the
 * same values.
 */
class ShardDigestsIT {
  private static SparkSession spark;

  @TempDir private Path temp;

  @BeforeAll
  static void start() {
    spark = Tables.session();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static void assertShards(String expected, TableData data) {
    MessageDigest digest = Sha256.begin();
    for (int worker = 0; worker < data.workers(); worker++) {
      add(digest, data.shard(worker).samples().sha256());
    }
    add(digest, data.part(Part.TEST).sha256());
    data.preparation().ifPresent(fitted -> add(digest, fitted.encode()));
    assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(expected);
  }

  private static void add(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
  }

  private String csv() throws IOException {
    List<String> lines = new ArrayList<>(List.of("y,whole,decimal,exponent,flag,missing,day"));
    for (int i = 0; i < 40; i++) {
      lines.add(
          "c%d,%d,%d.%02d,%de-3,%s,%s,2024-0%d-1%d"
              .formatted(
                  i % 3,
                  i * 37 % 11,
                  i,
                  i * 7 % 100,
                  i * i,
                  i % 2 == 0,
                  i % 5 == 0 ? "" : String.valueOf(i),
                  1 + i % 9,
                  i % 10));
    }
    return Tables.write(temp, "t.csv", lines.toArray(String[]::new));
  }

  @Test
  void inferredTypesOfCsv() throws IOException {
    assertShards(
        "87166a55ab7ccf2f9381bbd9acf614df4f2f6221864e5fa6e41df215ede99f56",
        Tables.read(
            spark,
            csv(),
            """
            model.task = classify
            training.workers = 3
            table { features = [whole, decimal, exponent], label = y }
            """));
  }

  @Test
  void aQueryWhoseCastsAndDivisionsFail() throws IOException {
    String query =
        "select y, coalesce(cast(concat(missing, if(whole > 5, 'x', '')) as double), -1) as a,"
            + " coalesce(decimal / whole, 0.5) as b, cast(exponent * 1e6 as int) as c,"
            + " 2147483647 + whole as d, cast(flag as int) as e,"
            + " datediff(day, date'2024-01-01') as f, 7 / 2 as g"
            + " from input where coalesce(cast(missing as int), 1) > 0";
    assertShards(
        "3091d02c0521052ac181eb49433b6f5875b3c094fa98ccf78cec1027cb736fe2",
        Tables.read(
            spark,
            csv(),
            """
            model.task = classify
            training.workers = 2
            table { query = "%s", features = [a, b, c, d, e, f, g], label = y }
            """
                .formatted(query)));
  }

  @Test
  void nestedJson() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      lines.add(
          "{\"x\":[[%d,%d.5],[%d,-7],[1e-3,%d]],\"y\":%d,\"z\":\"2024-05-01T10:00:0%d\"}"
              .formatted(i, i, i * i, i, i % 4, i % 10));
    }
    assertShards(
        "8ff0a6933566081ffb9cc129aad74028ae070c0e17575446befb127da2c7906d",
        Tables.read(
            spark,
            Tables.write(temp, "t.jsonl", lines.toArray(String[]::new)),
            """
            model.task = classify
            training.workers = 2
            table { features = [x], label = y }
            """));
  }

  @Test
  void seriesByTimesWithoutAZone() throws IOException {
    List<String> lines = new ArrayList<>(List.of("s,t,v"));
    for (int hour = 0; hour < 48; hour++) {
      // Over the night in which Europe's clocks go forward.
      lines.add("a,2024-03-3%d %02d:30:00,%d".formatted(hour / 24, hour % 24, hour * hour % 17));
    }
    assertShards(
        "ac46d7fc26fd4d939be8d1ed69b46870101529b4b23b2b6b9e84280e6224e88f",
        Tables.read(
            spark,
            Tables.write(temp, "s.csv", lines.toArray(String[]::new)),
            """
            model.task = forecast
            training.workers = 2
            table {
              query = "select s, t, v, hour(t) as h, dayofweek(t) as d from input"
              features = [v, h, d], targets = [v], series = s, time = t, known-ahead = [h, d]
              window-steps = 4, stride-steps = 2, horizon-steps = 2
              validation-from = "2024-03-31 08:00:00", test-from = "2024-03-31 16:00:00"
            }
            """));
  }
}
