package io.sparkrnn.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;

/**
 * Remembers what is computed with vectors of doubles, and goes back through it: reverse-mode
 * automatic differentiation. Each operation says its value and its slopes, nothing more.
 */
final class Tape {
  private final List<Runnable> operations = new ArrayList<>();

  /** Values that do not depend on others, such as parameters or inputs. */
  Vector vector(double... value) {
    return new Vector(value.clone());
  }

  /** So many zeros. */
  Vector zeros(int length) {
    return new Vector(new double[length]);
  }

  /** One vector behind another. */
  Vector joined(List<Vector> parts) {
    Vector all = zeros(parts.stream().mapToInt(Vector::length).sum());
    int at = 0;
    for (Vector part : parts) {
      int from = at;
      System.arraycopy(part.value, 0, all.value, from, part.length());
      operations.add(
          () -> {
            for (int i = 0; i < part.length(); i++) {
              part.gradient[i] += all.gradient[from + i];
            }
          });
      at += part.length();
    }
    return all;
  }

  /** Leaves in each vector the gradient of the only value of one. */
  void backward(Vector loss) {
    loss.gradient[0] = 1;
    for (int i = operations.size() - 1; i >= 0; i--) {
      operations.get(i).run();
    }
  }

  final class Vector {
    final double[] value;
    final double[] gradient;

    private Vector(double[] value) {
      this.value = value;
      gradient = new double[value.length];
    }

    int length() {
      return value.length;
    }

    Vector plus(Vector other) {
      return with(other, (a, b) -> a + b, (a, b) -> 1, (a, b) -> 1);
    }

    Vector minus(Vector other) {
      return with(other, (a, b) -> a - b, (a, b) -> 1, (a, b) -> -1);
    }

    Vector times(Vector other) {
      return with(other, (a, b) -> a * b, (a, b) -> b, (a, b) -> a);
    }

    /** The larger; of equals this one's. */
    Vector max(Vector other) {
      return with(other, Math::max, (a, b) -> a >= b ? 1 : 0, (a, b) -> a >= b ? 0 : 1);
    }

    Vector plus(double constant) {
      double[] constants = new double[length()];
      Arrays.fill(constants, constant);
      return plus(vector(constants));
    }

    Vector times(double constant) {
      double[] constants = new double[length()];
      Arrays.fill(constants, constant);
      return times(vector(constants));
    }

    Vector tanh() {
      double[] result = Arrays.stream(value).map(Math::tanh).toArray();
      return each(result, (x, y) -> 1 - y * y);
    }

    Vector sigmoid() {
      double[] result = Arrays.stream(value).map(Tape::logistic).toArray();
      return each(result, (x, y) -> y * (1 - y));
    }

    Vector exp() {
      double[] result = Arrays.stream(value).map(Math::exp).toArray();
      return each(result, (x, y) -> y);
    }

    Vector log() {
      double[] result = Arrays.stream(value).map(Math::log).toArray();
      return each(result, (x, y) -> 1 / x);
    }

    Vector abs() {
      double[] result = Arrays.stream(value).map(Math::abs).toArray();
      return each(result, (x, y) -> Math.signum(x));
    }

    /** {@code log(1 + exp(x))}, of large values, too. */
    Vector softplus() {
      double[] result =
          Arrays.stream(value)
              .map(x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))))
              .toArray();
      return each(result, (x, y) -> logistic(x));
    }

    Vector sum() {
      Vector sum = vector(Arrays.stream(value).sum());
      operations.add(
          () -> {
            for (int i = 0; i < length(); i++) {
              gradient[i] += sum.gradient[0];
            }
          });
      return sum;
    }

    Vector part(int from, int count) {
      Vector part = new Vector(Arrays.copyOfRange(value, from, from + count));
      operations.add(
          () -> {
            for (int i = 0; i < count; i++) {
              gradient[from + i] += part.gradient[i];
            }
          });
      return part;
    }

    /** This as a matrix, the weights of each result behind one another, times a vector. */
    Vector product(Vector x) {
      int inputs = x.length();
      Vector product = zeros(length() / inputs);
      for (int j = 0; j < product.length(); j++) {
        for (int i = 0; i < inputs; i++) {
          product.value[j] += value[j * inputs + i] * x.value[i];
        }
      }
      operations.add(
          () -> {
            for (int j = 0; j < product.length(); j++) {
              for (int i = 0; i < inputs; i++) {
                gradient[j * inputs + i] += product.gradient[j] * x.value[i];
                x.gradient[i] += product.gradient[j] * value[j * inputs + i];
              }
            }
          });
      return product;
    }

    /** Each result with its slope, a function of what it was made of and of itself. */
    private Vector each(double[] results, DoubleBinaryOperator slope) {
      Vector result = new Vector(results);
      operations.add(
          () -> {
            for (int i = 0; i < length(); i++) {
              gradient[i] += result.gradient[i] * slope.applyAsDouble(value[i], results[i]);
            }
          });
      return result;
    }

    private Vector with(
        Vector other,
        DoubleBinaryOperator function,
        DoubleBinaryOperator slope,
        DoubleBinaryOperator otherSlope) {
      if (other.length() != length()) {
        throw new IllegalArgumentException(
            "expected %d values, found %d".formatted(length(), other.length()));
      }
      Vector result = zeros(length());
      for (int i = 0; i < length(); i++) {
        result.value[i] = function.applyAsDouble(value[i], other.value[i]);
      }
      operations.add(
          () -> {
            for (int i = 0; i < length(); i++) {
              double a = value[i];
              double b = other.value[i];
              gradient[i] += result.gradient[i] * slope.applyAsDouble(a, b);
              other.gradient[i] += result.gradient[i] * otherSlope.applyAsDouble(a, b);
            }
          });
      return result;
    }
  }

  private static double logistic(double x) {
    return 1 / (1 + Math.exp(-x));
  }
}
