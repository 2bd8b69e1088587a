package main

import (
    "context"
    "database/sql"
    "encoding/json"
    "net/http"
    "sync"
    "time"

    "go.opentelemetry.io/otel"
    "go.opentelemetry.io/otel/attribute"
    "go.opentelemetry.io/otel/trace"
    "google.golang.org/grpc"
)

// HealthChecker 健康检查器
type HealthChecker struct {
    checks  map[string]HealthCheck
    tracer  trace.Tracer
    mu      sync.RWMutex
}

// HealthCheck 健康检查接口
type HealthCheck interface {
    Name() string
    Check(context.Context) error
}

// HealthStatus 健康状态
type HealthStatus string

const (
    StatusHealthy   HealthStatus = "healthy"
    StatusDegraded  HealthStatus = "degraded"
    StatusUnhealthy HealthStatus = "unhealthy"
)

// HealthResponse 健康检查响应
type HealthResponse struct {
    Status    HealthStatus           `json:"status"`
    Timestamp time.Time              `json:"timestamp"`
    Checks    map[string]CheckResult `json:"checks"`
}

// CheckResult 检查结果
type CheckResult struct {
    Status  HealthStatus `json:"status"`
    Message string       `json:"message,omitempty"`
    Latency string       `json:"latency"`
}

// NewHealthChecker 创建健康检查器
func NewHealthChecker() *HealthChecker {
    return &HealthChecker{
        checks: make(map[string]HealthCheck),
        tracer: otel.Tracer("health-checker"),
    }
}

// Register 注册健康检查
func (hc *HealthChecker) Register(check HealthCheck) {
    hc.mu.Lock()
    defer hc.mu.Unlock()
    
    hc.checks[check.Name()] = check
}

// CheckHealth 执行健康检查
func (hc *HealthChecker) CheckHealth(ctx context.Context) HealthResponse {
    ctx, span := hc.tracer.Start(ctx, "health.check")
    defer span.End()
    
    hc.mu.RLock()
    checks := make(map[string]HealthCheck, len(hc.checks))
    for name, check := range hc.checks {
        checks[name] = check
    }
    hc.mu.RUnlock()
    
    results := make(map[string]CheckResult)
    overallStatus := StatusHealthy
    
    for name, check := range checks {
        start := time.Now()
        
        err := check.Check(ctx)
        latency := time.Since(start)
        
        var result CheckResult
        if err != nil {
            result = CheckResult{
                Status:  StatusUnhealthy,
                Message: err.Error(),
                Latency: latency.String(),
            }
            overallStatus = StatusUnhealthy
            
            span.RecordError(err)
        } else {
            result = CheckResult{
                Status:  StatusHealthy,
                Latency: latency.String(),
            }
        }
        
        results[name] = result
        
        span.AddEvent("health check completed", trace.WithAttributes(
            attribute.String("check", name),
            attribute.String("status", string(result.Status)),
            attribute.Float64("latency_ms", float64(latency.Milliseconds())),
        ))
    }
    
    response := HealthResponse{
        Status:    overallStatus,
        Timestamp: time.Now(),
        Checks:    results,
    }
    
    span.SetAttributes(
        attribute.String("overall_status", string(overallStatus)),
        attribute.Int("checks_count", len(results)),
    )
    
    return response
}

// Handler HTTP 健康检查处理器
func (hc *HealthChecker) Handler() http.HandlerFunc {
    return func(w http.ResponseWriter, r *http.Request) {
        ctx := r.Context()
        
        response := hc.CheckHealth(ctx)
        
        w.Header().Set("Content-Type", "application/json")
        
        // 根据状态设置 HTTP 状态码
        switch response.Status {
        case StatusHealthy:
            w.WriteHeader(http.StatusOK)
        case StatusDegraded:
            w.WriteHeader(http.StatusOK) // 降级但仍可用
        case StatusUnhealthy:
            w.WriteHeader(http.StatusServiceUnavailable)
        }
        
        json.NewEncoder(w).Encode(response)
    }
}

// 具体健康检查实现

// DatabaseHealthCheck 数据库健康检查
type DatabaseHealthCheck struct {
    db *sql.DB
}

func (dhc *DatabaseHealthCheck) Name() string {
    return "database"
}

func (dhc *DatabaseHealthCheck) Check(ctx context.Context) error {
    ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
    defer cancel()
    
    return dhc.db.PingContext(ctx)
}

// OTLPHealthCheck OTLP 健康检查
type OTLPHealthCheck struct {
    endpoint string
}

func (ohc *OTLPHealthCheck) Name() string {
    return "otlp"
}

func (ohc *OTLPHealthCheck) Check(ctx context.Context) error {
    // 检查是否能连接到 OTLP Collector
    conn, err := grpc.DialContext(ctx, ohc.endpoint,
        grpc.WithInsecure(),
        grpc.WithTimeout(2*time.Second),
    )
    if err != nil {
        return err
    }
    defer conn.Close()
    
    return nil
}

// 使用示例
func SetupHealthChecks(db *sql.DB, otlpEndpoint string) *HealthChecker {
    hc := NewHealthChecker()
    
    // 注册数据库健康检查
    hc.Register(&DatabaseHealthCheck{db: db})
    
    // 注册 OTLP 健康检查
    hc.Register(&OTLPHealthCheck{endpoint: otlpEndpoint})
    
    return hc
}
