package main

import (
    "context"
    "errors"
    "fmt"
    "log"
    "net/http"
    "os"
    "os/signal"
    "sort"
    "sync"
    "syscall"
    "time"

    "go.opentelemetry.io/otel"
    "go.opentelemetry.io/otel/attribute"
    "go.opentelemetry.io/otel/trace"
)

// GracefulShutdown 优雅关闭管理器
type GracefulShutdown struct {
    timeout  time.Duration
    handlers []ShutdownHandler
    tracer   trace.Tracer
    mu       sync.Mutex
}

// ShutdownHandler 关闭处理器
type ShutdownHandler struct {
    Name    string
    Handler func(context.Context) error
    Order   int // 执行顺序，数字越小越先执行
}

// NewGracefulShutdown 创建优雅关闭管理器
func NewGracefulShutdown(timeout time.Duration) *GracefulShutdown {
    return &GracefulShutdown{
        timeout:  timeout,
        handlers: make([]ShutdownHandler, 0),
        tracer:   otel.Tracer("graceful-shutdown"),
    }
}

// Register 注册关闭处理器
func (gs *GracefulShutdown) Register(handler ShutdownHandler) {
    gs.mu.Lock()
    defer gs.mu.Unlock()
    
    gs.handlers = append(gs.handlers, handler)
}

// WaitForShutdown 等待关闭信号
func (gs *GracefulShutdown) WaitForShutdown(ctx context.Context) error {
    ctx, span := gs.tracer.Start(ctx, "graceful-shutdown")
    defer span.End()
    
    // 监听信号
    sigChan := make(chan os.Signal, 1)
    signal.Notify(sigChan, os.Interrupt, syscall.SIGTERM, syscall.SIGINT)
    
    // 等待信号
    sig := <-sigChan
    span.AddEvent("received shutdown signal", trace.WithAttributes(
        attribute.String("signal", sig.String()),
    ))
    
    // 创建关闭 context
    shutdownCtx, cancel := context.WithTimeout(context.Background(), gs.timeout)
    defer cancel()
    
    // 按顺序执行关闭处理器
    return gs.executeShutdown(shutdownCtx, span)
}

// executeShutdown 执行关闭流程
func (gs *GracefulShutdown) executeShutdown(ctx context.Context, span trace.Span) error {
    gs.mu.Lock()
    handlers := make([]ShutdownHandler, len(gs.handlers))
    copy(handlers, gs.handlers)
    gs.mu.Unlock()
    
    // 按 Order 排序
    sort.Slice(handlers, func(i, j int) bool {
        return handlers[i].Order < handlers[j].Order
    })
    
    var errs []error
    
    for _, handler := range handlers {
        span.AddEvent("executing shutdown handler", trace.WithAttributes(
            attribute.String("handler", handler.Name),
            attribute.Int("order", handler.Order),
        ))
        
        if err := handler.Handler(ctx); err != nil {
            span.RecordError(err)
            errs = append(errs, fmt.Errorf("%s: %w", handler.Name, err))
        } else {
            span.AddEvent("shutdown handler completed", trace.WithAttributes(
                attribute.String("handler", handler.Name),
            ))
        }
    }
    
    if len(errs) > 0 {
        return errors.Join(errs...)
    }
    
    return nil
}

// 使用示例
func main() {
    ctx := context.Background()
    
    // 加载配置
    cfg, err := LoadConfig()
    if err != nil {
        log.Fatal(err)
    }
    
    // 初始化应用
    app, err := NewApplication(ctx, cfg)
    if err != nil {
        log.Fatal(err)
    }
    
    // 创建优雅关闭管理器
    gs := NewGracefulShutdown(30 * time.Second)
    
    // 注册关闭处理器（按顺序）
    gs.Register(ShutdownHandler{
        Name:  "stop-accepting-requests",
        Order: 1,
        Handler: func(ctx context.Context) error {
            // 停止接受新请求
            return httpServer.Shutdown(ctx)
        },
    })
    
    gs.Register(ShutdownHandler{
        Name:  "drain-active-connections",
        Order: 2,
        Handler: func(ctx context.Context) error {
            // 等待活跃连接完成
            time.Sleep(5 * time.Second)
            return nil
        },
    })
    
    gs.Register(ShutdownHandler{
        Name:  "shutdown-otlp",
        Order: 3,
        Handler: func(ctx context.Context) error {
            // 关闭 OTLP
            return app.Shutdown(ctx)
        },
    })
    
    gs.Register(ShutdownHandler{
        Name:  "close-database",
        Order: 4,
        Handler: func(ctx context.Context) error {
            // 关闭数据库
            return db.Close()
        },
    })
    
    // 启动服务
    go func() {
        if err := httpServer.ListenAndServe(); err != nil && err != http.ErrServerClosed {
            log.Fatal(err)
        }
    }()
    
    // 等待关闭信号
    if err := gs.WaitForShutdown(ctx); err != nil {
        log.Printf("Shutdown error: %v", err)
        os.Exit(1)
    }
    
    log.Println("Shutdown complete")
}
