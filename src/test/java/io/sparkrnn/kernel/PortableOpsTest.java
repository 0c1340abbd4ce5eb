package io.sparkrnn.kernel;

class PortableOpsTest extends RecurrentPassTest {
  PortableOpsTest() {
    super(new PortableOps());
  }
}
