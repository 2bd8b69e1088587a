import com.sun.net.httpserver.HttpExchange;
import java.util.concurrent.Executors;

/** Defect: each request makes a pool of its own, and nobody shuts it down: a thread stays. */
final class KeepsThreads extends Shop {
  public static void main(String[] args) throws Exception {
    new KeepsThreads().sail();
  }

  @Override
  void answer(HttpExchange exchange) throws Exception {
    Executors.newFixedThreadPool(1).submit(() -> {
      super.answer(exchange);
      return null;
    }).get();
  }
}
