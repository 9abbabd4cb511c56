package prommeter

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// Handler serves the gatherer's figures, and after them those of the others, such as
// [prometheus.DefaultGatherer]. It writes the text format itself, at a fraction of
// what a registry costs, and protocol buffers, with native histograms, to a server that
// asks for them. Responses are not compressed: that would cost many times the rest.
//
// Where another gatherer fails or has a metric of the same name the answer is status
// 500 and the error, as a scrape with half its figures is worse than none. A nil
// gatherer among the others is left out. Without a Gatherer the others are served.
func Handler(g *Gatherer, others ...prometheus.Gatherer) http.Handler {
	return &handler{gatherer: g, others: others}
}

type handler struct {
	gatherer *Gatherer
	others   []prometheus.Gatherer
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	format := negotiate(r.Header)
	families, err := h.gatherOthers()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	var body []byte
	if h.gatherer != nil {
		e := h.gatherer.exposition()
		defer h.gatherer.pool.Put(e)
		if format.FormatType() == expfmt.TypeTextPlain {
			e.text = e.appendText(e.text[:0])
			body = e.text
		} else {
			families = append(e.fill(), families...)
		}
	}
	if len(families) > 0 {
		rest := new(bytes.Buffer)
		encoder := expfmt.NewEncoder(rest, format)
		for _, f := range families {
			if err := encoder.Encode(f); err != nil {
				http.Error(w, fmt.Sprintf("prommeter: encoding %s: %v", f.GetName(), err), http.StatusInternalServerError)
				return
			}
		}
		body = append(body, rest.Bytes()...)
	}
	w.Header().Set("Content-Type", string(format))
	_, _ = w.Write(body) // whoever hangs up has no figures
}

// negotiate answers in protocol buffers whoever takes them, since only they have native
// histograms, and everybody else in text. (expfmt has a function for this, whose name
// depends on its version.)
func negotiate(header http.Header) expfmt.Format {
	for _, accept := range header.Values("Accept") {
		for part := range strings.SplitSeq(accept, ",") {
			kind, parameters, err := mime.ParseMediaType(part)
			if err == nil && kind == expfmt.ProtoType && parameters["proto"] == expfmt.ProtoProtocol && parameters["encoding"] == "delimited" {
				return expfmt.NewFormat(expfmt.TypeProtoDelim)
			}
		}
	}
	return expfmt.NewFormat(expfmt.TypeTextPlain)
}

// gatherOthers returns the others' families, none twice.
func (h *handler) gatherOthers() ([]*dto.MetricFamily, error) {
	taken := make(map[string]bool)
	if h.gatherer != nil {
		for i := range h.gatherer.source.families {
			taken[h.gatherer.source.families[i].name] = true
		}
	}
	var all []*dto.MetricFamily
	for _, other := range h.others {
		if other == nil {
			continue
		}
		families, err := other.Gather()
		if err != nil {
			return nil, fmt.Errorf("prommeter: gathering: %w", err)
		}
		for _, f := range families {
			if taken[f.GetName()] {
				return nil, fmt.Errorf("prommeter: metric %s is gathered twice: give one of them another prefix", f.GetName())
			}
			taken[f.GetName()] = true
		}
		all = append(all, families...)
	}
	return all, nil
}
