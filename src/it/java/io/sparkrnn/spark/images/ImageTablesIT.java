package io.sparkrnn.spark.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.images.DataSource;
import io.sparkrnn.data.images.LabelledImages;
import io.sparkrnn.storage.Locations;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images in columns of every type that programs write them in. */
class ImageTablesIT {
  private static final byte[][] IMAGES = {{0, 51, (byte) 255, 3}, {9, 8, 7, 6}, {1, 2, 3, 4}};
  private static final int[] LABELS = {2, 0, 1};

  private static final StructField LABEL =
      DataTypes.createStructField("label", DataTypes.LongType, true);

  private static SparkSession spark;

  @TempDir private Path temp;

  @BeforeAll
  static void start() {
    spark =
        SparkSession.builder().master("local[2]").config("spark.ui.enabled", "false").getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static byte[] png(byte[] pixels) {
    BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setDataElements(0, 0, 2, 2, pixels);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return bytes.toByteArray();
  }

  private Path write(String format, DataType type, Function<byte[], Object> cell) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < IMAGES.length; i++) {
      rows.add(RowFactory.create(cell.apply(IMAGES[i]), (long) LABELS[i]));
    }
    return write(format, rows, DataTypes.createStructField("image", type, true), LABEL);
  }

  private Path write(String format, List<Row> rows, StructField... fields) {
    Path table = temp.resolve("train." + format);
    spark
        .createDataFrame(rows, new StructType(fields))
        .coalesce(1)
        .write()
        .format(format)
        .mode("overwrite")
        .save(table.toString());
    return table;
  }

  private static LabelledImages read(Path table, String... known) {
    RunConfiguration configuration = ConfigurationLoader.defaults();
    return ImageTables.read(
        spark, configuration, List.of(Locations.uri(table.toString())), List.of(known));
  }

  private static void isTheSame(Path table) {
    byte[] pixels = new byte[12];
    for (int i = 0; i < 12; i++) {
      pixels[i] = IMAGES[i / 4][i % 4];
    }
    SequenceDataset found =
        DataSource.set(ConfigurationLoader.defaults().data(), read(table)).dataset();
    assertThat(found.sha256())
        .isEqualTo(SequenceDataset.ofBytes(pixels, new byte[] {2, 0, 1}, 2, 2, 3).sha256());
  }

  private static Object[] floats(byte[] image) {
    return IntStream.range(0, image.length).mapToObj(i -> (image[i] & 0xFF) / 255f).toArray();
  }

  @Test
  void encodedFilesInHuggingFacesStructAndAlone() {
    DataType struct =
        new StructType().add("bytes", DataTypes.BinaryType).add("path", DataTypes.StringType);
    isTheSame(write("parquet", struct, image -> RowFactory.create(png(image), null)));
    isTheSame(write("orc", DataTypes.BinaryType, ImageTablesIT::png));
  }

  @Test
  void imagesOfSpark() {
    StructType type =
        new StructType()
            .add("origin", DataTypes.StringType)
            .add("height", DataTypes.IntegerType)
            .add("width", DataTypes.IntegerType)
            .add("nChannels", DataTypes.IntegerType)
            .add("mode", DataTypes.IntegerType)
            .add("data", DataTypes.BinaryType);
    isTheSame(write("parquet", type, image -> RowFactory.create("x", 2, 2, 1, 0, image)));
    // Blue, green and red of a gray pixel.
    byte[] colours = new byte[12];
    Arrays.fill(colours, (byte) 255);
    Path table = write("parquet", type, image -> RowFactory.create("x", 2, 2, 3, 16, colours));
    assertThat(
            DataSource.set(ConfigurationLoader.defaults().data(), read(table))
                .dataset()
                .inputRange()
                .lowest())
        .isEqualTo(1);
  }

  @Test
  void numbersInArraysAndInColumns() {
    isTheSame(
        write("parquet", DataTypes.createArrayType(DataTypes.FloatType), ImageTablesIT::floats));
    isTheSame(
        write(
            "parquet",
            DataTypes.createArrayType(DataTypes.createArrayType(DataTypes.FloatType)),
            image -> {
              Object[] flat = floats(image);
              return new Object[] {Arrays.copyOf(flat, 2), Arrays.copyOfRange(flat, 2, 4)};
            }));
    List<StructField> fields = new ArrayList<>(List.of(LABEL));
    for (int i = 0; i < 4; i++) {
      fields.add(DataTypes.createStructField("pixel" + i, DataTypes.IntegerType, true));
    }
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      byte[] image = IMAGES[i];
      rows.add(
          RowFactory.create(
              (long) LABELS[i],
              image[0] & 0xFF,
              image[1] & 0xFF,
              image[2] & 0xFF,
              image[3] & 0xFF));
    }
    isTheSame(write("orc", rows, fields.toArray(StructField[]::new)));
  }

  @Test
  void labelsMayBeNames() {
    String[] animals = {"dog", "ant", "cat"};
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < IMAGES.length; i++) {
      rows.add(RowFactory.create(png(IMAGES[i]), animals[i], 7L));
    }
    Path table =
        write(
            "parquet",
            rows,
            DataTypes.createStructField("image", DataTypes.BinaryType, true),
            DataTypes.createStructField("label", DataTypes.StringType, true),
            DataTypes.createStructField("id", DataTypes.LongType, true));
    isTheSame(table);
    assertThat(read(table).names()).containsExactly("ant", "cat", "dog");
    assertThat(read(table, "dog", "eel", "cat", "ant").labels()).containsExactly(0, 3, 2);
    assertThatThrownBy(() -> read(table, "ant", "cat"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("expected a class of [ant, cat], found dog in column label, row 0");
  }

  @Test
  void whatIsWrongIsNamedByFileRowAndColumn() {
    Path damaged =
        write("parquet", DataTypes.BinaryType, image -> image[0] == 9 ? new byte[3] : png(image));
    refused(damaged, "expected a PNG, found another kind of file in column image, row 1");
    Path missing =
        write("parquet", DataTypes.BinaryType, image -> image[0] == 1 ? null : png(image));
    refused(missing, "expected an image, found null in column image, row 2");
    Path none =
        write(
            "parquet",
            List.of(RowFactory.create("a", 1L)),
            DataTypes.createStructField("image", DataTypes.StringType, true),
            LABEL);
    refused(none, "expected one column of images: files in bytes or struct<bytes,path>");
    Path label =
        write(
            "parquet",
            List.of(RowFactory.create(png(IMAGES[0]), -1L)),
            DataTypes.createStructField("image", DataTypes.BinaryType, true),
            LABEL);
    refused(label, "expected a label from 0 to 32766, found -1 in column label, row 0");
  }

  private static void refused(Path table, String said) {
    assertThatThrownBy(() -> read(table))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot read " + table + ": ")
        .hasMessageContaining(said);
  }
}
