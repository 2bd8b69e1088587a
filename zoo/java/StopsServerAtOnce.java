/** Defect: a shutdown hook stops the server in the moment of the signal, and leaves it a moment for what is in flight. */
final class StopsServerAtOnce extends Shop {
  public static void main(String[] args) throws Exception {
    new StopsServerAtOnce().sail();
  }

  @Override
  void handleSignals() {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      server.stop(1);
      telemetry.stop(FLUSH_MS);
    }));
  }
}
