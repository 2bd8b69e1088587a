/** Defect: the flush at its end waits as long as the collector makes it wait. */
final class FlushesWithoutLimit extends Shop {
  public static void main(String[] args) throws Exception {
    new FlushesWithoutLimit().sail();
  }

  @Override
  void stop() {
    try {
      isStopping = true;
      Thread.sleep(DRAIN_MS);
      close();
      telemetry.flush();
      log.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(0);
  }
}
