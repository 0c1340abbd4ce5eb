package io.sparkrnn.kernel;

class PortableRnnKernelsTest extends RnnKernelsTest {
  PortableRnnKernelsTest() {
    super(new PortableRnnKernels());
  }
}
