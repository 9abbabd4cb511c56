package top

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// mounted is where web.Register puts the page.
const mounted = "/debug/cachemeter/"

const (
	version     = 1
	maxDocument = 256 << 20
)

// source is one instance that is looked at.
type source struct {
	name   string // host and port
	stats  url.URL
	client *http.Client

	asked bool // it has answered before, so only what is new is asked for
}

// newSource reads an address as people give it: a host and port, the program's URL,
// that of its page, or that of its stats.json.
func newSource(address string, timeout time.Duration) (*source, error) {
	full := address
	if !strings.Contains(full, "://") {
		full = "http://" + full
	}
	u, err := url.Parse(full)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q is no address: want HOST:PORT or the URL of a page, such as http://localhost:6060%s", address, mounted)
	}
	switch {
	case u.Path == "" || u.Path == "/":
		u.Path = mounted + "stats.json"
	case strings.HasSuffix(u.Path, "/"):
		u.Path += "stats.json"
	case !strings.HasSuffix(u.Path, ".json"):
		u.Path += "/stats.json"
	}
	u.RawQuery, u.Fragment = "", ""
	return &source{name: u.Host, stats: *u, client: &http.Client{Timeout: timeout}}, nil
}

// fetch asks for the figures of now, and for as much of the past as is not known yet.
func (s *source) fetch(ctx context.Context) (document, error) {
	u := s.stats
	u.RawQuery = "buckets=1&history=5m"
	if s.asked {
		u.RawQuery = "buckets=1&history=15s"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return document{}, err
	}
	answer, err := s.client.Do(r)
	if err != nil {
		var because *url.Error
		if errors.As(err, &because) {
			err = because.Err // the URL is said already
		}
		return document{}, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return document{}, fmt.Errorf("%s answers %s: is a page served there?", s.stats.String(), answer.Status)
	}
	var d document
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxDocument)).Decode(&d); err != nil {
		return document{}, fmt.Errorf("%s is no stats.json: %w", s.stats.String(), err)
	}
	if d.Version != version {
		return document{}, fmt.Errorf("%s has version %d: this program reads %d", s.stats.String(), d.Version, version)
	}
	s.asked = true
	return d, nil
}
