package io.sparkrnn.spark;

import io.sparkrnn.kernel.NetworkShape;
import io.sparkrnn.spark.PredictionRows.Sample;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.DataInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The files of a directory as images, each named by its path: light on dark as MNIST's, of as many
 * rows and columns as the network has time steps and inputs.
 */
final class PngImages {
  private PngImages() {}

  static JavaRDD<Sample> of(JavaSparkContext context, String directory, NetworkShape shape) {
    return context
        .binaryFiles(directory, 2 * context.defaultParallelism())
        .map(
            file -> {
              Object[] name = {file._1()};
              try (DataInputStream in = file._2().open()) {
                return sample(name, ImageIO.read(in), shape);
              } catch (IOException e) {
                return Sample.bad(name, "expected a PNG, found " + e.getMessage());
              }
            });
  }

  private static Sample sample(Object[] name, BufferedImage image, NetworkShape shape) {
    if (image == null) {
      return Sample.bad(name, "expected a PNG, found another kind of file");
    }
    if (image.getHeight() != shape.timeSteps() || image.getWidth() != shape.inputSize()) {
      return Sample.bad(
          name,
          "expected %d rows of %d pixels, found %d rows of %d"
              .formatted(
                  shape.timeSteps(), shape.inputSize(), image.getHeight(), image.getWidth()));
    }
    float[] values = new float[shape.timeSteps() * shape.inputSize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = gray(image, i % shape.inputSize(), i / shape.inputSize()) / 255f;
    }
    return new Sample(name, values, null);
  }

  private static float gray(BufferedImage image, int x, int y) {
    if (image.getType() == BufferedImage.TYPE_BYTE_GRAY) {
      // getRGB would correct it for a screen.
      Raster raster = image.getRaster();
      return raster.getSample(x, y, 0);
    }
    int rgb = image.getRGB(x, y);
    // Rec. 601, as most programs convert.
    return 0.299f * (rgb >> 16 & 0xFF) + 0.587f * (rgb >> 8 & 0xFF) + 0.114f * (rgb & 0xFF);
  }
}
