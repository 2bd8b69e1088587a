import com.sun.net.httpserver.HttpExchange;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** The SDK of OpenTelemetry as the variables OTEL_* have it, and a span for each request, made by hand. */
final class Telemetry {
  private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
  private static final TextMapGetter<HttpExchange> HEADERS = new TextMapGetter<>() {
    @Override
    public Iterable<String> keys(HttpExchange exchange) {
      return exchange.getRequestHeaders().keySet();
    }

    @Override
    public String get(HttpExchange exchange, String name) {
      return exchange.getRequestHeaders().getFirst(name);
    }
  };

  private final OpenTelemetrySdk sdk;
  private final Tracer tracer;
  private final DoubleHistogram durations;
  private final Set<Span> open = ConcurrentHashMap.newKeySet();

  Telemetry(UnaryOperator<AutoConfiguredOpenTelemetrySdkBuilder> configure) {
    var builder = AutoConfiguredOpenTelemetrySdk.builder()
        .disableShutdownHook()
        .addPropertiesSupplier(() -> Map.of(
            "otel.service.name", "shop", "otel.exporter.otlp.protocol", "http/protobuf", "otel.logs.exporter", "none"))
        .addResourceCustomizer((resource, config) -> resource.toBuilder().put("service.version", "1.0.0").build());
    sdk = configure.apply(builder).build().getOpenTelemetrySdk();
    tracer = sdk.getTracer("shop");
    durations = sdk.getMeter("shop")
        .histogramBuilder("http.server.request.duration")
        .setUnit("s")
        .setExplicitBucketBoundariesAdvice(List.of(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0))
        .build();
  }

  interface Answering {
    void answer() throws Exception;
  }

  /** Around the answer to a request: a span of the server, and a measurement. */
  void serve(HttpExchange exchange, Answering answering) throws Exception {
    long begun = System.nanoTime();
    var incoming = sdk.getPropagators().getTextMapPropagator().extract(Context.root(), exchange, HEADERS);
    var span = tracer.spanBuilder(exchange.getRequestMethod())
        .setSpanKind(SpanKind.SERVER)
        .setParent(incoming)
        .setAttribute("http.request.method", exchange.getRequestMethod())
        .setAttribute("url.path", exchange.getRequestURI().getPath())
        .startSpan();
    open.add(span);
    try (var ignored = incoming.with(span).makeCurrent()) {
      answering.answer();
    } finally {
      open.remove(span);
      span.end();
      var attributes = Attributes.of(STATUS, (long) exchange.getResponseCode());
      durations.record((System.nanoTime() - begun) / 1e9, attributes);
    }
  }

  /** Ends what is being answered, by this error. */
  void fail(Throwable error) {
    for (var span : open) {
      span.recordException(error);
      span.setStatus(StatusCode.ERROR, String.valueOf(error.getMessage()));
      span.end();
    }
  }

  /** Sends what has ended, and waits until it is taken. */
  void sendNow() {
    sdk.getSdkTracerProvider().forceFlush().join(10, TimeUnit.SECONDS);
  }

  /** Sends what is left, and takes no longer. */
  void stop(long limitMs) {
    var flush = new Thread(this::flush, "flush");
    flush.setDaemon(true);
    flush.start();
    try {
      flush.join(limitMs);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends what is left, however long that takes: the shutdown of the metrics waits for the collector by itself. */
  void flush() {
    var traces = sdk.getSdkTracerProvider().shutdown();
    sdk.getSdkMeterProvider().shutdown().join(1, TimeUnit.MINUTES);
    traces.join(1, TimeUnit.MINUTES);
  }
}
