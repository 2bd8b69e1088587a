package main

import (
    "context"
    "errors"
    "fmt"
    "os"
    "strconv"
    "time"

    "go.opentelemetry.io/otel"
    "go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
    "go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
    "go.opentelemetry.io/otel/propagation"
    "go.opentelemetry.io/otel/sdk/metric"
    "go.opentelemetry.io/otel/sdk/resource"
    sdktrace "go.opentelemetry.io/otel/sdk/trace"
    semconv "go.opentelemetry.io/otel/semconv/v1.27.0"
)

// Application 应用程序结构
type Application struct {
    config         *Config
    tracerProvider *sdktrace.TracerProvider
    meterProvider  *metric.MeterProvider
    logger         *Logger
    shutdown       []func(context.Context) error
}

// NewApplication 创建应用程序
func NewApplication(ctx context.Context, cfg *Config) (*Application, error) {
    app := &Application{
        config:   cfg,
        shutdown: make([]func(context.Context) error, 0),
    }
    
    // 1. 初始化日志
    if err := app.initLogger(); err != nil {
        return nil, fmt.Errorf("failed to init logger: %w", err)
    }
    
    // 2. 初始化追踪
    if err := app.initTracing(ctx); err != nil {
        return nil, fmt.Errorf("failed to init tracing: %w", err)
    }
    
    // 3. 初始化指标
    if err := app.initMetrics(ctx); err != nil {
        return nil, fmt.Errorf("failed to init metrics: %w", err)
    }
    
    // 4. 设置传播器
    app.initPropagators()
    
    app.logger.Info("application initialized successfully",
        "service", cfg.ServiceName,
        "version", cfg.ServiceVersion,
        "environment", cfg.Environment,
    )
    
    return app, nil
}

// initTracing 初始化追踪
func (app *Application) initTracing(ctx context.Context) error {
    // 创建 OTLP 导出器
    exporter, err := otlptracegrpc.New(ctx,
        otlptracegrpc.WithEndpoint(app.config.OTLPEndpoint),
        otlptracegrpc.WithInsecure(), // 生产环境应使用 TLS
        otlptracegrpc.WithTimeout(10*time.Second),
        otlptracegrpc.WithRetry(otlptracegrpc.RetryConfig{
            Enabled:         true,
            InitialInterval: 1 * time.Second,
            MaxInterval:     30 * time.Second,
            MaxElapsedTime:  5 * time.Minute,
        }),
    )
    if err != nil {
        return err
    }
    
    // 创建资源
    res, err := resource.New(ctx,
        resource.WithAttributes(
            semconv.ServiceName(app.config.ServiceName),
            semconv.ServiceVersion(app.config.ServiceVersion),
            semconv.DeploymentEnvironmentName(app.config.Environment),
        ),
        resource.WithFromEnv(),
        resource.WithProcess(),
        resource.WithOS(),
        resource.WithContainer(),
        resource.WithHost(),
    )
    if err != nil {
        return err
    }
    
    // 创建采样器
    sampler := sdktrace.ParentBased(
        sdktrace.TraceIDRatioBased(app.config.TraceSampleRate),
    )
    
    // 创建 TracerProvider
    app.tracerProvider = sdktrace.NewTracerProvider(
        sdktrace.WithBatcher(exporter,
            sdktrace.WithBatchTimeout(5*time.Second),
            sdktrace.WithMaxExportBatchSize(512),
            sdktrace.WithMaxQueueSize(2048),
        ),
        sdktrace.WithResource(res),
        sdktrace.WithSampler(sampler),
    )
    
    // 设置全局 TracerProvider
    otel.SetTracerProvider(app.tracerProvider)
    
    // 注册关闭函数
    app.shutdown = append(app.shutdown, app.tracerProvider.Shutdown)
    
    return nil
}

// initMetrics 初始化指标
func (app *Application) initMetrics(ctx context.Context) error {
    // 创建 OTLP 导出器
    exporter, err := otlpmetricgrpc.New(ctx,
        otlpmetricgrpc.WithEndpoint(app.config.OTLPEndpoint),
        otlpmetricgrpc.WithInsecure(),
        otlpmetricgrpc.WithTimeout(10*time.Second),
    )
    if err != nil {
        return err
    }
    
    // 创建资源
    res, err := resource.New(ctx,
        resource.WithAttributes(
            semconv.ServiceName(app.config.ServiceName),
            semconv.ServiceVersion(app.config.ServiceVersion),
            semconv.DeploymentEnvironmentName(app.config.Environment),
        ),
    )
    if err != nil {
        return err
    }
    
    // 创建 Reader
    reader := metric.NewPeriodicReader(exporter,
        metric.WithInterval(30*time.Second),
    )
    
    // 创建 MeterProvider
    app.meterProvider = metric.NewMeterProvider(
        metric.WithResource(res),
        metric.WithReader(reader),
    )
    
    // 设置全局 MeterProvider
    otel.SetMeterProvider(app.meterProvider)
    
    // 注册关闭函数
    app.shutdown = append(app.shutdown, app.meterProvider.Shutdown)
    
    return nil
}

// initPropagators 初始化传播器
func (app *Application) initPropagators() {
    otel.SetTextMapPropagator(
        propagation.NewCompositeTextMapPropagator(
            propagation.TraceContext{},
            propagation.Baggage{},
        ),
    )
}

// initLogger 初始化日志
func (app *Application) initLogger() error {
    logger, err := NewLogger(app.config.LogLevel)
    if err != nil {
        return err
    }
    
    app.logger = logger
    return nil
}

// Shutdown 优雅关闭
func (app *Application) Shutdown(ctx context.Context) error {
    app.logger.Info("shutting down application")
    
    var errs []error
    
    for i := len(app.shutdown) - 1; i >= 0; i-- {
        if err := app.shutdown[i](ctx); err != nil {
            errs = append(errs, err)
        }
    }
    
    if len(errs) > 0 {
        return errors.Join(errs...)
    }
    
    app.logger.Info("application shutdown complete")
    return nil
}

// Config 配置
type Config struct {
    ServiceName      string
    ServiceVersion   string
    Environment      string
    OTLPEndpoint     string
    TraceSampleRate  float64
    LogLevel         string
}

// LoadConfig 加载配置
func LoadConfig() (*Config, error) {
    return &Config{
        ServiceName:     getEnv("SERVICE_NAME", "my-service"),
        ServiceVersion:  getEnv("SERVICE_VERSION", "1.0.0"),
        Environment:     getEnv("ENVIRONMENT", "production"),
        OTLPEndpoint:    getEnv("OTLP_ENDPOINT", "localhost:4317"),
        TraceSampleRate: getEnvFloat("TRACE_SAMPLE_RATE", 0.1),
        LogLevel:        getEnv("LOG_LEVEL", "info"),
    }, nil
}

func getEnv(key, fallback string) string {
    if value := os.Getenv(key); value != "" {
        return value
    }
    return fallback
}

func getEnvFloat(key string, fallback float64) float64 {
    if value := os.Getenv(key); value != "" {
        if f, err := strconv.ParseFloat(value, 64); err == nil {
            return f
        }
    }
    return fallback
}
