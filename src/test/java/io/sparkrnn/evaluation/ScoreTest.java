package io.sparkrnn.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sparkrnn.config.ScoreName;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ScoreTest {
  @ParameterizedTest
  @CsvSource({
    "ACCURACY, 0.982, 98.20%, 98.20%, accuracy 98.20%",
    "RMSE, 29.17, 29.2, RMSE 29.2, RMSE 29.2",
    "RMSE, 1234.56, 1234.6, RMSE 1234.6, RMSE 1234.6",
    "MAE, 0.0012345, 0.00123, MAE 0.00123, MAE 0.00123",
    "MAE, NaN, NaN, MAE NaN, MAE NaN",
    "RMSE, Infinity, Infinity, RMSE Infinity, RMSE Infinity",
    "BITS_PER_CHARACTER, 2.187, 2.19, 2.19 bits a character, 2.19 bits a character",
    "MACRO_F1, 0.5, 0.5000, macro F1 0.5000, macro F1 0.5000",
    "MAPE, 0.125, 12.50%, MAPE 12.50%, MAPE 12.50%"
  })
  void peopleReadIt(ScoreKind kind, double value, String number, String text, String named) {
    Score score = new Score(kind, value);
    assertThat(score.number()).isEqualTo(number);
    assertThat(score.text()).isEqualTo(text);
    assertThat(score.named()).isEqualTo(named);
  }

  @ParameterizedTest
  @EnumSource(ScoreKind.class)
  void theBetterOneHasTheLargerMerit(ScoreKind kind) {
    Score less = new Score(kind, 0.25);
    Score more = new Score(kind, 0.5);
    assertThat(less.merit() < more.merit()).isEqualTo(kind.better() == ScoreKind.Better.HIGHER);
    assertThat(Score.ofMerit(kind, more.merit())).isEqualTo(more);
    assertThat(new Score(kind, Double.NaN).merit()).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(ScoreKind.named(kind.toString())).hasValue(kind);
  }

  @ParameterizedTest
  @EnumSource(value = ScoreName.class, mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
  void eachNameOfAConfigurationIsAScore(ScoreName name) {
    assertThat(ScoreKind.of(name)).hasToString(name.toString());
  }

  @Test
  void aChosenScoreDecides() {
    EvaluationResult result =
        new EvaluationResult(ConfusionMatrix.of(new long[] {3, 1, 0, 4}, 2), 0.25, 8, List.of());
    assertThat(result.score()).isEqualTo(new Score(ScoreKind.ACCURACY, 0.875));
    assertThat(result.decidedBy(ScoreKind.ACCURACY)).isEqualTo(result);
    assertThat(result.decidedBy(ScoreKind.LOG_LOSS).score())
        .isEqualTo(new Score(ScoreKind.LOG_LOSS, 0.25));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> result.decidedBy(ScoreKind.RMSE).score())
        .withMessageContaining("found rmse");
  }
}
