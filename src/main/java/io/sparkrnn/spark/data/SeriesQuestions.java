package io.sparkrnn.spark.data;

import io.sparkrnn.config.MissingName;
import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.spark.data.InputSeries.Series;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Of which time steps of a series a network is asked, and which times its answers are of. A window
 * ends at each; without windows the whole series is read, and state is carried along it.
 */
public final class SeriesQuestions implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The column of the last time that a forecast knows of. */
  public static final String MADE_AT = "made_at";

  /** Which answers are asked for. */
  public enum Which {
    /** Of forecasts those of times to come, of others all. */
    DEFAULT,
    /** Of forecasts those of times to come, of others that of the last time step. */
    NEWEST,
    /** Of every time step that has what the network reads. */
    ALL
  }

  private final TableConfiguration table;
  private final Network network;
  private final Preparation preparation;
  private final SeriesTime times;
  private final Which which;

  private transient SequenceBuilder builder;

  /** Whose reasons stand beside the series that they are of. */
  private record OneSeries(RawSequence readings, SeriesTime times) implements Origin {
    @Override
    public DataException refusal(String expected, Object found) {
      return new DataException("expected %s, found %s".formatted(expected, found));
    }

    @Override
    public String row(long number) {
      return "row " + number;
    }
  }

  /**
   * A question.
   *
   * @param windows to be read each by itself; null for the whole series
   * @param last the time steps behind which answers are asked for, one for each window
   */
  private record Asked(List<Window> windows, int[] last) {}

  SeriesQuestions(
      TableConfiguration table,
      Network network,
      Preparation preparation,
      SeriesTime times,
      Which which) {
    this.table = table;
    this.network = network;
    this.preparation = preparation;
    this.times = times;
    this.which = which;
  }

  /** Takes what a network is to be asked. */
  public interface Taker {
    /**
     * Windows: of each the last reading is the answer.
     *
     * @param names of the answers
     */
    void windows(SequenceDataset windows, List<Object[]> names);

    /**
     * A whole series, along which state is carried.
     *
     * @param last the time steps behind which answers are asked for
     * @param names of the answers
     */
    void stream(SequenceDataset series, int[] last, List<Object[]> names);
  }

  /** What names a series whose answers there are not. */
  public Object[] names(Series series) {
    return names(series.readings(), -1);
  }

  /**
   * Asks for the answers of a series.
   *
   * @param most windows at a time
   * @throws DataException with the reason, if there are none
   */
  public void ask(Series series, int most, Taker taker) {
    if (builder == null) {
      builder = new SequenceBuilder(table, preparation, ClassNames.NONE, Readings.ONE);
    }
    RawSequence readings = series.readings();
    OneSeries origin = new OneSeries(readings, times);
    int known = knownSteps(readings);
    boolean everyStep = network.head().reads() == Reads.EVERY;
    int end = endOfInputs(readings, known);
    int first =
        table.windowSteps() > 0 ? table.windowSteps() - 1 : everyStep ? 0 : Math.max(0, end - 1);
    if (end <= first) {
      throw origin.refusal(
          "a series with at least %d readings%s"
              .formatted(
                  first + 1,
                  table.knownAhead().isEmpty()
                      ? ""
                      : ", and what is known ahead %d later".formatted(table.horizonSteps())),
          end);
    }
    requireNumbers(origin, readings, end);
    int[] last = last(first, end, known);
    if (table.windowSteps() == 0 && everyStep && network.canCarryState()) {
      List<Window> whole = List.of(new Window(readings, 0, end, 0));
      taker.stream(builder.unanswered(origin, whole, end), last, names(readings, last));
      return;
    }
    askByWindows(origin, readings, last, end, most, taker);
  }

  private void askByWindows(
      OneSeries origin, RawSequence readings, int[] last, int end, int most, Taker taker) {
    int steps = table.windowSteps() > 0 ? table.windowSteps() : end;
    if (steps > network.timeSteps()) {
      throw origin.refusal("at most %d time steps".formatted(network.timeSteps()), steps);
    }
    if (table.windowSteps() == 0 && network.head().reads() == Reads.EVERY) {
      // A network that goes backward, too, has read all there is before it answers.
      List<Window> whole = List.of(new Window(readings, 0, steps, 0));
      taker.stream(builder.unanswered(origin, whole, steps), last, names(readings, last));
      return;
    }
    for (int from = 0; from < last.length; from += most) {
      List<Window> windows = new ArrayList<>();
      List<Object[]> names = new ArrayList<>();
      for (int i = from; i < Math.min(last.length, from + most); i++) {
        windows.add(new Window(readings, last[i] - steps + 1, steps, 0));
        names.add(names(readings, last[i]));
      }
      taker.windows(builder.unanswered(origin, windows, network.timeSteps()), names);
    }
  }

  /** Behind the last are rows that only say what is known ahead of times to come. */
  private int knownSteps(RawSequence readings) {
    boolean[] ahead = builder.knownAhead(new OneSeries(readings, times));
    int width = ahead.length;
    int known = readings.steps();
    while (known > 0) {
      boolean any = readings.tokens().length > 0;
      boolean all = true;
      for (int channel = 0; channel < width; channel++) {
        if (!ahead[channel]) {
          all = false;
          any |= !Float.isNaN(readings.values()[(known - 1) * width + channel]);
        }
      }
      if (any || all) {
        break;
      }
      known--;
    }
    return known;
  }

  /** The time steps of which all is there that the network reads. */
  private int endOfInputs(RawSequence readings, int known) {
    return table.knownAhead().isEmpty()
        ? known
        : Math.min(known, readings.steps() - table.horizonSteps());
  }

  private void requireNumbers(OneSeries origin, RawSequence readings, int end) {
    if (table.missing() != MissingName.REFUSE) {
      return;
    }
    boolean[] ahead = builder.knownAhead(origin);
    for (int step = 0; step < end; step++) {
      for (int channel = 0; channel < ahead.length; channel++) {
        int from = ahead[channel] ? step + table.horizonSteps() : step;
        if (Float.isNaN(readings.values()[from * ahead.length + channel])) {
          throw origin.refusal(
              "a number in %s at %s"
                  .formatted(
                      preparation.features().get(channel), times.text(readings.times()[from])),
              "none");
        }
      }
    }
  }

  private int[] last(int first, int end, int known) {
    boolean newest = which == Which.NEWEST || which == Which.DEFAULT && table.horizonSteps() > 0;
    int from =
        newest
            ? Math.max(first, Math.min(end - 1, known - Math.max(1, table.horizonSteps())))
            : first;
    int[] last = new int[end - from];
    for (int i = 0; i < last.length; i++) {
      last[i] = from + i;
    }
    return last;
  }

  private List<Object[]> names(RawSequence readings, int[] last) {
    List<Object[]> names = new ArrayList<>(last.length);
    for (int step : last) {
      names.add(names(readings, step));
    }
    return names;
  }

  private Object[] names(RawSequence readings, int step) {
    List<Object> names = new ArrayList<>();
    if (!table.series().isEmpty()) {
      names.add(readings.series());
    }
    names.add(step < 0 ? null : time(readings, step + table.horizonSteps()));
    if (table.horizonSteps() > 0) {
      names.add(step < 0 ? null : times.cell(readings.times()[step]));
    }
    return names.toArray();
  }

  /** Of a step behind the last, as many regular steps later; null where none is known. */
  private Object time(RawSequence readings, int step) {
    int end = readings.steps();
    if (step < end) {
      return times.cell(readings.times()[step]);
    }
    double regular = times.regularStep(readings.times());
    return regular == 0
        ? null
        : times.cell(times.after(readings.times()[end - 1], regular * (step - end + 1)));
  }
}
