package io.sparkrnn.spark;

import io.sparkrnn.data.images.ImageData;
import io.sparkrnn.data.images.ImageTrainingData;
import io.sparkrnn.spark.jobs.Parcel;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** Images that the driver has read from tables; executors get them through one broadcast. */
final class HeldImages implements ImageTrainingData.Reading {
  private static final long serialVersionUID = 1L;

  /** Null where no executors ask. */
  private final Broadcast<Parcel<ImageData>> broadcast;

  /** Only in the driver. */
  private transient ImageData images;

  private HeldImages(ImageData images, Broadcast<Parcel<ImageData>> broadcast) {
    this.images = images;
    this.broadcast = broadcast;
  }

  /** For this process. */
  static HeldImages here(ImageData images) {
    return new HeldImages(images, null);
  }

  /** For this process, and for executors. */
  static HeldImages in(JavaSparkContext context, ImageData images) {
    return new HeldImages(images, context.broadcast(new Parcel<>(images)));
  }

  @Override
  public ImageData images() {
    if (images == null) {
      images = broadcast.value().value();
    }
    return images;
  }
}
