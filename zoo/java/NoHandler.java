/** Defect: nobody handles SIGTERM: what is in flight is cut, and what was not sent is lost. */
final class NoHandler extends Shop {
  public static void main(String[] args) throws Exception {
    new NoHandler().sail();
  }

  @Override
  void handleSignals() {
    // The JVM ends, with 143.
  }
}
