package main_test

import (
	"encoding/json"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

type point struct {
	Size    uint64  `json:"size"`
	HitRate float64 `json:"hit_rate"`
}

// The curve of one pass through an LRU of 2000 entries, beside the exact one.
func TestReplayCurve(t *testing.T) {
	picture := filepath.Join(t.TempDir(), "curve.png")
	got := execute(t, "", "replay", "-size", "2000", "-curve", "-exact", "-json", "-png", picture, trace(t, "oltp"))
	require.Zero(t, got.status, got.stderr)
	require.Empty(t, got.stderr)
	var d struct {
		Curve struct {
			Error   float64 `json:"mean_absolute_error"`
			Exact   []point `json:"exact"`
			Insight struct {
				Lookups uint64 `json:"lookups"`
				Curve   struct {
					Enough bool    `json:"enough"`
					Knee   uint64  `json:"knee"`
					Points []point `json:"points"`
				} `json:"curve"`
				HotKeys []struct {
					Key string `json:"key"`
				} `json:"hot_keys"`
			} `json:"insight"`
		} `json:"curve"`
	}
	require.NoError(t, json.Unmarshal([]byte(got.stdout), &d))
	require.EqualValues(t, 914_145, d.Curve.Insight.Lookups)
	require.True(t, d.Curve.Insight.Curve.Enough)
	require.NotZero(t, d.Curve.Insight.Curve.Knee)
	require.LessOrEqual(t, d.Curve.Error, 0.01)
	require.Len(t, d.Curve.Exact, len(d.Curve.Insight.Curve.Points))
	for i, p := range d.Curve.Insight.Curve.Points {
		require.Equal(t, p.Size, d.Curve.Exact[i].Size)
		require.InDelta(t, d.Curve.Exact[i].HitRate, p.HitRate, 0.1, "size %d", p.Size)
	}
	require.Len(t, d.Curve.Insight.HotKeys, 10)
	require.NotEmpty(t, d.Curve.Insight.HotKeys[0].Key)
	f, err := os.Open(picture)
	require.NoError(t, err)
	defer f.Close()
	img, err := png.Decode(f)
	require.NoError(t, err)
	require.Equal(t, 960, img.Bounds().Dx())

	got = execute(t, "", "replay", "-size", "2000", "-curve", trace(t, "web07"))
	require.Zero(t, got.status, got.stderr)
	require.Regexp(t, `(?m)^ +2000 +5\d\.\d\d %  1 times the size$`, got.stdout)
	require.Contains(t, got.stdout, "100 % |")
	require.Regexp(t, `\* from \d+ lookups of one key in \d\.\d`, got.stdout)
	require.NotContains(t, got.stdout, "exact")
}

func TestReplayCurveOfTooLittle(t *testing.T) {
	picture := filepath.Join(t.TempDir(), "curve.png")
	got := execute(t, "1\n2\n1\n", "replay", "-curve", "-png", picture, "-")
	require.Equal(t, 1, got.status)
	require.Contains(t, got.stdout, "Not enough samples for a curve: 3 lookups.")
	require.Contains(t, got.stderr, "curve.png: not written: not enough samples for a curve")
	require.NoFileExists(t, picture)
}

func TestReplayCurveUsage(t *testing.T) {
	for args, want := range map[string][2]string{
		"-exact needs -curve": {"-exact", "cachemeter replay: -exact: only with -curve"},
		"-png needs -curve":   {"-png=x.png", "cachemeter replay: -png: only with -curve"},
		"too few samples":     {"-samples=10", "cachemeter replay: -samples: only with -curve"},
	} {
		got := execute(t, "", "replay", want[0], "-")
		require.Equal(t, 2, got.status, args)
		require.Contains(t, got.stderr, want[1])
	}
	got := execute(t, "", "replay", "-curve", "-samples", "10", "-")
	require.Equal(t, 2, got.status)
	require.Contains(t, got.stderr, "-samples 10: want 256 to 32768")
	got = execute(t, "1\n", "replay", "-curve", "-png", "/nowhere/at/all.png", "-")
	require.Equal(t, 1, got.status)
}
