import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/**
 * A service that is as it should be, on the server of the JDK. An animal overrides one method by one that is wrong; its
 * golden twin overrides none.
 */
abstract class Shop {
  /** Time for everybody who sends requests to hear that nobody should. */
  static final long DRAIN_MS = 1500;
  /** Requests that are not done by then are cut. */
  static final long IN_FLIGHT_MS = 8000;
  static final long FLUSH_MS = 2500;
  private static final int THREADS = 64;

  final Lines log = new Lines();
  final AtomicInteger inFlight = new AtomicInteger();
  volatile boolean isStopping = false;
  Telemetry telemetry;
  HttpServer server;

  /** Starts the service. */
  final void sail() throws Exception {
    int port = readPort();
    telemetry = new Telemetry(this::configure);
    Thread.setDefaultUncaughtExceptionHandler((thread, error) -> crash(error));
    handleSignals();
    try {
      // The first waits in the queue of the kernel while all are started.
      server = HttpServer.create(new InetSocketAddress(port), 1024);
    } catch (BindException e) {
      System.err.println("PORT " + port + ": " + e.getMessage());
      System.exit(1);
    }
    server.setExecutor(Executors.newFixedThreadPool(THREADS));
    server.createContext("/livez", exchange -> reply(exchange, 200, ""));
    server.createContext("/readyz", exchange -> reply(exchange, isReady() ? 200 : 503, ""));
    server.createContext("/", this::serve);
    server.start();
    log.info("listening", "port", String.valueOf(port));
  }

  private void serve(HttpExchange exchange) {
    inFlight.incrementAndGet();
    try {
      telemetry.serve(exchange, () -> {
        logRequest(exchange);
        answer(exchange);
      });
    } catch (Exception e) {
      // The client has gone.
      log.debug("given up", "why", String.valueOf(e.getMessage()));
    } finally {
      exchange.close();
      inFlight.decrementAndGet();
    }
  }

  AutoConfiguredOpenTelemetrySdkBuilder configure(AutoConfiguredOpenTelemetrySdkBuilder builder) {
    return builder;
  }

  boolean isReady() {
    return !isStopping;
  }

  void logRequest(HttpExchange exchange) {
    log.info("request", "method", exchange.getRequestMethod(), "path", exchange.getRequestURI().getPath());
  }

  /** `/` at once, `/slow` after 600 ms, `POST /echo` when the body has come. */
  void answer(HttpExchange exchange) throws Exception {
    var body = exchange.getRequestBody().readAllBytes();
    switch (exchange.getRequestURI().getPath()) {
      case "/", "/echo" -> Thread.sleep(1);
      case "/slow" -> Thread.sleep(600);
      case "/crash" -> {
        new Thread(() -> {
          throw new IllegalStateException("a mistake that nobody caught");
        }).start();
        Thread.sleep(5000);
      }
      default -> {
        reply(exchange, 404, "no such thing\n");
        return;
      }
    }
    reply(exchange, 200, exchange.getRequestMethod().equals("POST") ? body.length + " bytes\n" : "ok\n");
  }

  final void reply(HttpExchange exchange, int status, String text) throws IOException {
    if (isStopping) exchange.getResponseHeaders().set("Connection", "close");
    var bytes = text.getBytes();
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  void handleSignals() {
    var count = new AtomicInteger();
    for (var name : new String[] {"TERM", "INT"})
      Signal.handle(new Signal(name), signal -> {
        if (count.incrementAndGet() > 1) Runtime.getRuntime().halt(130);
        new Thread(this::stop, "stop").start();
      });
  }

  /** Says no to readiness, tells its clients, takes what comes meanwhile, and ends when nothing is left. */
  void stop() {
    try {
      isStopping = true;
      Thread.sleep(DRAIN_MS);
      close();
      telemetry.stop(FLUSH_MS);
      log.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(0);
  }

  /** Waits for what is in flight, and closes the listener and all connections. */
  final void close() throws InterruptedException {
    long until = System.nanoTime() + IN_FLIGHT_MS * 1_000_000;
    while (inFlight.get() > 0 && System.nanoTime() < until) Thread.sleep(20);
    Thread.sleep(100);
    server.stop(0);
  }

  /** Says why, sends what it knows, and ends with an error. */
  void crash(Throwable error) {
    endWith(error, 1);
  }

  final void endWith(Throwable error, int code) {
    log.error("uncaught error", error);
    telemetry.fail(error);
    telemetry.stop(FLUSH_MS);
    try {
      log.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(code);
  }

  private static int readPort() {
    var text = System.getenv().getOrDefault("PORT", "8080");
    if (text.matches("\\d{1,5}") && Integer.parseInt(text) < 65_536) return Integer.parseInt(text);
    System.err.println("PORT is \"" + text + "\"; expected a number up to 65535");
    System.exit(78);
    return 0;
  }
}
