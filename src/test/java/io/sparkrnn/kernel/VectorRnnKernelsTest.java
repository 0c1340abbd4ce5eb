package io.sparkrnn.kernel;

class VectorRnnKernelsTest extends RnnKernelsTest {
  VectorRnnKernelsTest() {
    super(new VectorRnnKernels());
  }
}
