package auto

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/cachemeter/cachemeter/wrap/auto/registry"
)

// RulesFile is the user's file of names, beside the go.mod; it need not be there.
const RulesFile = "cachemeter.yaml"

func (p *Program) rules() (registry.Rules, error) {
	b, err := os.ReadFile(p.file(RulesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return registry.Rules{}, nil
	}
	if err != nil {
		return registry.Rules{}, err
	}
	rules, err := parseRules(b)
	if err != nil {
		return registry.Rules{}, fmt.Errorf("%s: %w", p.file(RulesFile), err)
	}
	return rules, nil
}

// parseRules reads a RulesFile.
func parseRules(b []byte) (registry.Rules, error) {
	var file struct {
		Names   map[string]string `yaml:"names"`
		Include []string          `yaml:"include"`
		Exclude []string          `yaml:"exclude"`
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(&file); err != nil && err != io.EOF {
		return registry.Rules{}, fmt.Errorf("%s; want names (a map of places to names), include and exclude (lists of places)",
			strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " "))
	}
	rules := registry.Rules{Include: file.Include, Exclude: file.Exclude}
	for _, pattern := range slices.Sorted(maps.Keys(file.Names)) {
		rules.Names = append(rules.Names, registry.NameRule{Pattern: pattern, Name: file.Names[pattern]})
		if file.Names[pattern] == "" {
			return registry.Rules{}, fmt.Errorf("names: %s has no name", pattern)
		}
	}
	for _, pattern := range slices.Concat(slices.Collect(maps.Keys(file.Names)), file.Include, file.Exclude) {
		if err := checkPattern(pattern); err != nil {
			return registry.Rules{}, err
		}
	}
	return rules, nil
}

func checkPattern(pattern string) error {
	if pattern == "" || strings.ContainsAny(pattern, " \t\r\n*") {
		return fmt.Errorf("%q is no place: want a package (catalog), a tree of packages (catalog/...), a function (catalog.New) or a call site (catalog.New(catalog.go:12))", pattern)
	}
	return nil
}
