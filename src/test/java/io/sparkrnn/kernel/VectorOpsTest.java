package io.sparkrnn.kernel;

class VectorOpsTest extends RecurrentPassTest {
  VectorOpsTest() {
    super(new VectorOps());
  }
}
