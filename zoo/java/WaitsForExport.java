import com.sun.net.httpserver.HttpExchange;

/** Defect: each request flushes its span, and is answered when the collector has taken it. */
final class WaitsForExport extends Shop {
  public static void main(String[] args) throws Exception {
    new WaitsForExport().sail();
  }

  @Override
  void answer(HttpExchange exchange) throws Exception {
    telemetry.sendNow();
    super.answer(exchange);
  }
}
