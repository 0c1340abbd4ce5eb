package io.sparkrnn.report;

import io.sparkrnn.data.Axes;
import io.sparkrnn.data.SequenceDataset;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Samples as pictures: a row of pixels a time step, as written on paper, dark on light. */
final class SamplePicture {
  private SamplePicture() {}

  /** A PNG file as a {@code data:} URI. */
  static String dataUri(SequenceDataset samples, int sample) {
    int width = samples.inputSize();
    int height = samples.timeSteps();
    float[] values = samples.batch(new int[] {sample}, Axes.BATCH_FIRST);
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        float ink = Math.min(1, Math.max(0, values[y * width + x]));
        picture.getRaster().setSample(x, y, 0, 255 - Math.round(255 * ink));
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    // Not the file cache that ImageIO takes for a plain stream.
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageIO.write(picture, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException("nothing is written but memory", e);
    }
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(bytes.toByteArray());
  }
}
