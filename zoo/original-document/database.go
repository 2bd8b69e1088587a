// A database for the document's db: database/sql with a driver that asks a server over TCP. A real one would be used in
// the same way.
package main

import (
	"bufio"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
)

func openDatabase(address string) *sql.DB {
	at, err := url.Parse(address)
	if err != nil {
		panic("DATABASE_URL: " + err.Error())
	}
	return sql.OpenDB(connector{at})
}

type connector struct{ at *url.URL }

func (c connector) Driver() driver.Driver { return nil }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	var dialer net.Dialer
	socket, err := dialer.DialContext(ctx, "tcp", c.at.Host)
	if err != nil {
		return nil, err
	}
	return &connection{at: c.at, socket: socket, reader: bufio.NewReader(socket)}, nil
}

type connection struct {
	at     *url.URL
	socket net.Conn
	reader *bufio.Reader
}

// Ping sends one question over the connection, and reads its answer; the end of the context ends it.
func (c *connection) Ping(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = c.socket.Close() })
	defer stop()
	if _, err := fmt.Fprintf(c.socket, "GET /ping HTTP/1.1\r\nHost: %s\r\n\r\n", c.at.Host); err != nil {
		return driver.ErrBadConn
	}
	answer, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return errors.Join(ctx.Err(), driver.ErrBadConn)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

func (c *connection) Prepare(string) (driver.Stmt, error) {
	return nil, errors.New("only asked whether it is there")
}
func (c *connection) Begin() (driver.Tx, error) {
	return nil, errors.New("only asked whether it is there")
}
func (c *connection) Close() error { return c.socket.Close() }
