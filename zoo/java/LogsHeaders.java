import com.sun.net.httpserver.HttpExchange;

/** Defect: it writes the headers of each request into its log. */
final class LogsHeaders extends Shop {
  public static void main(String[] args) throws Exception {
    new LogsHeaders().sail();
  }

  @Override
  void logRequest(HttpExchange exchange) {
    log.info("request", "headers", exchange.getRequestHeaders().entrySet().toString());
  }
}
