package io.sparkrnn.spark.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.data.images.PixelRules;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.spark.data.Sample;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kind of PNG that programs write, and what is none. */
class PngImagesTest {
  private static final int ROWS = 3;
  private static final int COLUMNS = 4;
  private static final Network SHAPE = Network.elman(ROWS, COLUMNS, List.of(2), Activation.TANH, 2);

  private static byte[] file(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, bytes)).isTrue();
    return bytes.toByteArray();
  }

  private static Sample read(byte[] file) {
    return PngImages.sample(new Object[] {"name"}, file, SHAPE, PixelRules.NONE);
  }

  private static float[] values(BufferedImage image) throws IOException {
    Sample sample = read(file(image, "png"));
    assertThat(sample.problem()).isNull();
    return sample.values();
  }

  private static int level(int x, int y) {
    return 10 + 20 * (y * COLUMNS + x);
  }

  @Test
  void tinyFilesAreNoImages() {
    assertThat(read(new byte[0]).problem()).isEqualTo("expected a PNG, found an empty file");
    for (int length : new int[] {1, 7}) {
      assertThat(read(new byte[length]).problem())
          .isEqualTo("expected a PNG, found another kind of file");
    }
  }

  @Test
  void grayIsAsItIsStored() throws IOException {
    BufferedImage image = new BufferedImage(COLUMNS, ROWS, BufferedImage.TYPE_BYTE_GRAY);
    BufferedImage deep = new BufferedImage(COLUMNS, ROWS, BufferedImage.TYPE_USHORT_GRAY);
    BufferedImage binary = new BufferedImage(COLUMNS, ROWS, BufferedImage.TYPE_BYTE_BINARY);
    for (int i = 0; i < ROWS * COLUMNS; i++) {
      int x = i % COLUMNS;
      int y = i / COLUMNS;
      image.getRaster().setSample(x, y, 0, level(x, y));
      deep.getRaster().setSample(x, y, 0, 257 * level(x, y) + 1);
      binary.getRaster().setSample(x, y, 0, i % 3 == 0 ? 1 : 0);
    }
    float[] found = values(image);
    float[] foundDeep = values(deep);
    float[] foundBinary = values(binary);
    for (int i = 0; i < found.length; i++) {
      int level = level(i % COLUMNS, i / COLUMNS);
      assertThat(found[i]).isEqualTo(level / 255f);
      assertThat(foundDeep[i]).isEqualTo((257 * level + 1) / 65535f);
      assertThat(foundBinary[i]).isEqualTo(i % 3 == 0 ? 1f : 0f);
    }
  }

  @Test
  void coloursAreWeighedAndTransparencyIsDark() throws IOException {
    BufferedImage opaque = new BufferedImage(COLUMNS, ROWS, BufferedImage.TYPE_INT_RGB);
    opaque.setRGB(0, 0, 0xFF0000);
    opaque.setRGB(1, 0, 0x00FF00);
    opaque.setRGB(2, 0, 0x0000FF);
    opaque.setRGB(3, 0, 0x808080);
    assertThat(Arrays.copyOf(values(opaque), 4))
        .containsExactly(new float[] {0.299f, 0.587f, 0.114f, 128 / 255f}, within(1e-6f));

    BufferedImage clear = new BufferedImage(COLUMNS, ROWS, BufferedImage.TYPE_INT_ARGB);
    clear.setRGB(0, 0, 0xFFFFFFFF);
    clear.setRGB(1, 0, 0x00FFFFFF);
    clear.setRGB(2, 0, 0x80FFFFFF);
    assertThat(Arrays.copyOf(values(clear), 3))
        .containsExactly(new float[] {1, 0, 128 / 255f}, within(1e-6f));

    ComponentColorModel grayAndAlpha =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_GRAY),
            true,
            false,
            Transparency.TRANSLUCENT,
            DataBuffer.TYPE_BYTE);
    WritableRaster raster =
        Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, COLUMNS, ROWS, 2, null);
    raster.setPixel(0, 0, new int[] {100, 255});
    raster.setPixel(1, 0, new int[] {100, 0});
    BufferedImage image = new BufferedImage(grayAndAlpha, raster, false, null);
    assertThat(Arrays.copyOf(values(image), 2)).containsExactly(100 / 255f, 0f);
  }

  @ParameterizedTest
  @CsvSource({"3, 3", "4, 4", "3, 4", "1, 1"})
  void anotherSizeIsSaid(int columns, int rows) throws IOException {
    BufferedImage image = new BufferedImage(columns, rows, BufferedImage.TYPE_BYTE_GRAY);
    assertThat(read(file(image, "png")).problem())
        .isEqualTo("expected 3 rows of 4 pixels, found %d rows of %d".formatted(rows, columns));
  }

  @Test
  void anImageThatSaysToBeHugeTakesNoMemory() throws IOException {
    byte[] file = file(new BufferedImage(COLUMNS, ROWS, BufferedImage.TYPE_BYTE_GRAY), "png");
    // The width and height of the header.
    Arrays.fill(file, 16, 24, (byte) 0x7F);
    assertThat(read(file).problem()).contains("found 2139062143 rows of 2139062143");
  }

  @ParameterizedTest
  @CsvSource({"gif,a GIF image", "bmp,another kind of file"})
  void otherKindsOfImagesAreNone(String format, String kind) throws IOException {
    BufferedImage image = new BufferedImage(COLUMNS, ROWS, BufferedImage.TYPE_INT_RGB);
    assertThat(read(file(image, format)).problem()).isEqualTo("expected a PNG, found " + kind);
  }

  @Test
  void jpegIsReadAsItsDecoderGivesIt() throws IOException {
    BufferedImage image = new BufferedImage(COLUMNS, ROWS, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(2, 1, 0, 255);
    byte[] file = file(image, "jpg");
    BufferedImage decoded = ImageIO.read(new ByteArrayInputStream(file));
    Sample sample = read(file);
    assertThat(sample.problem()).isNull();
    assertThat(sample.values()[COLUMNS + 2])
        .isEqualTo(decoded.getRaster().getSample(2, 1, 0) / 255f)
        .isGreaterThan(0.8f);
    assertThat(read(Arrays.copyOf(file, 100)).problem())
        .startsWith("expected a JPEG, found a damaged one");
  }

  @Test
  void rulesOfPixelsAreFollowed() throws IOException {
    BufferedImage image = new BufferedImage(ROWS, COLUMNS, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(1, 3, 0, 200);
    Sample sample =
        PngImages.sample(
            new Object[] {"name"},
            file(image, "png"),
            SHAPE,
            new PixelRules(List.of(), true, 1, true));
    assertThat(sample.values()).hasSize(ROWS * COLUMNS).contains(1f);
    assertThat(sample.values()[1 * COLUMNS + 3]).isEqualTo(55 / 255f);
  }

  @Test
  void damageIsAReasonAndNoFailure() throws IOException {
    BufferedImage image = new BufferedImage(COLUMNS, ROWS, BufferedImage.TYPE_INT_ARGB);
    byte[] whole = file(image, "png");
    assertThat(read(new byte[0]).problem()).startsWith("expected a PNG, found ");
    for (int length = 0; length < whole.length - 30; length++) {
      assertThat(read(Arrays.copyOf(whole, length)).problem()).startsWith("expected ");
    }
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      byte[] damaged = whole.clone();
      for (int change = 0; change <= i % 4; change++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      Sample sample = read(damaged);
      assertThat(sample.values() == null).isEqualTo(sample.problem() != null);
    }
  }
}
