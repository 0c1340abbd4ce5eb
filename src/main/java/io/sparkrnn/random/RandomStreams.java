package io.sparkrnn.random;

/**
 * The first stream number of every purpose that draws from the run's seed, in one place so that no
 * two purposes share a stream. A published number never changes.
 */
public final class RandomStreams {
  /** Which training samples are held out for validation. */
  public static final long VALIDATION_SPLIT = 1;

  /** Which training samples belong to which worker. */
  public static final long SHARDS = 2;

  /** The order of a worker's samples in an epoch; followed by epoch and worker. */
  public static final long MINIBATCH_ORDER = 3;

  /** A model's initial parameters. */
  public static final long INITIAL_PARAMETERS = 4;

  /** What training drops; followed by epoch, worker and the sample's number in its shard. */
  public static final long DROPOUT = 5;

  /** Which sequences a comparison of two models draws; followed by the number of the draw. */
  public static final long BOOTSTRAP = 6;

  /** Which token of a text comes next; followed by its number. */
  public static final long TEXT = 7;

  /** How training images are moved; followed by epoch, worker and the sample's number, then 0. */
  public static final long SHIFTS = 8;

  private RandomStreams() {}
}
