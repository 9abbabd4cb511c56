// Package redisserver gives a command the Redis it works on: one in the process,
// or a real one by its address.
package redisserver

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// Server is a Redis that is up.
type Server struct {
	options  *redis.Options
	embedded *miniredis.Miniredis // nil for a real server
}

// ParseAddress returns client options for HOST:PORT or a redis:// or rediss:// URL.
func ParseAddress(address string) (*redis.Options, error) {
	if strings.Contains(address, "://") {
		options, err := redis.ParseURL(address)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", address, err)
		}
		return options, nil
	}
	if _, port, err := net.SplitHostPort(address); err != nil || port == "" {
		return nil, fmt.Errorf("%q: want HOST:PORT or redis://HOST:PORT/DB", address)
	}
	return &redis.Options{Addr: address}, nil
}

// Embedded starts a Redis in the process, empty, on a loopback port. Its time
// stands still but for [Server.Advance].
func Embedded() (*Server, error) {
	embedded, err := miniredis.Run()
	if err != nil {
		return nil, fmt.Errorf("starting a redis in the process: %w", err)
	}
	return &Server{options: &redis.Options{Addr: embedded.Addr()}, embedded: embedded}, nil
}

// Connect returns the real server that options lead to, after it has answered a
// PING. The error names its address.
func Connect(ctx context.Context, options *redis.Options) (*Server, error) {
	copied := *options
	copied.MaxRetries = -1 // the first refusal is the answer
	client := redis.NewClient(&copied)
	defer client.Close()
	if err := client.Ping(ctx).Err(); err != nil {
		return nil, fmt.Errorf("no redis answers at %s: %w", options.Addr, err)
	}
	return &Server{options: options}, nil
}

// Name returns what the server is called in messages.
func (s *Server) Name() string {
	if s.embedded != nil {
		return "an embedded redis"
	}
	return "the redis at " + s.options.Addr
}

// Options returns a copy of the client options that lead to the server. They have
// timeouts that a busy machine does not reach.
func (s *Server) Options() *redis.Options {
	options := *s.options
	if options.DialTimeout == 0 {
		options.DialTimeout = 5 * time.Second
	}
	if options.ReadTimeout == 0 {
		options.ReadTimeout = 5 * time.Second
	}
	return &options
}

// Advance tells an embedded server that time has passed, and lets expire what is
// due. A real server has a clock of its own: there it does nothing.
func (s *Server) Advance(d time.Duration) {
	if s.embedded != nil {
		s.embedded.FastForward(d)
	}
}

// Close stops an embedded server. A real one goes on.
func (s *Server) Close() {
	if s.embedded != nil {
		s.embedded.Close()
	}
}
