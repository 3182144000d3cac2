package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
)

// A benchReport is what a bench found, in the form that --json prints.
type benchReport struct {
	Bench   string        `json:"bench"`
	Machine string        `json:"machine"`
	Figures []benchFigure `json:"figures"`
	Missing []string      `json:"missing"` // what could not be measured, and why
}

// A benchFigure is one measurement. Without a goal it is told for context, and meets
// says true.
type benchFigure struct {
	Name  string   `json:"name"`
	Value float64  `json:"value"`
	Unit  string   `json:"unit"`
	Goal  *float64 `json:"goal"`
	Meets bool     `json:"meets"`
	least bool     // the goal is the least that is good, not the most
}

// told adds a figure that has no goal.
func (r *benchReport) told(name string, value float64, unit string) {
	r.Figures = append(r.Figures, benchFigure{Name: name, Value: digits(value), Unit: unit, Meets: true})
}

// atMost adds a figure that should not be more than its goal.
func (r *benchReport) atMost(name string, value float64, unit string, goal float64) {
	r.Figures = append(r.Figures, benchFigure{Name: name, Value: digits(value), Unit: unit, Goal: &goal, Meets: value <= goal})
}

// atLeast adds a figure that should not be less than its goal.
func (r *benchReport) atLeast(name string, value float64, unit string, goal float64) {
	r.Figures = append(r.Figures, benchFigure{Name: name, Value: digits(value), Unit: unit, Goal: &goal, Meets: value >= goal, least: true})
}

// missing notes what could not be measured here.
func (r *benchReport) missing(name string, why error) {
	r.Missing = append(r.Missing, fmt.Sprintf("%s: %v", name, why))
}

func (r *benchReport) writeJSON(w io.Writer) error {
	return json.NewEncoder(w).Encode(r)
}

func (r *benchReport) writeTable(w io.Writer) error {
	fmt.Fprintf(w, "bench %s on %s\n\n", r.Bench, r.Machine)
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "FIGURE\tVALUE\tUNIT\tGOAL\tMEETS")
	for _, f := range r.Figures {
		goal, meets := "", ""
		if f.Goal != nil {
			goal, meets = fmt.Sprintf("at most %g", *f.Goal), "yes"
			if f.least {
				goal = fmt.Sprintf("at least %g", *f.Goal)
			}
			if !f.Meets {
				meets = "NO"
			}
		}
		fmt.Fprintf(t, "%s\t%g\t%s\t%s\t%s\n", f.Name, f.Value, f.Unit, goal, meets)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, m := range r.Missing {
		fmt.Fprintln(w, "not measured:", m)
	}
	return nil
}

// digits keeps four significant digits; more would claim what the noise does not give.
func digits(v float64) float64 {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(math.Abs(v)))-3)
	if unit < 1 {
		return math.Round(v/unit) / math.Round(1/unit)
	}
	return math.Round(v/unit) * unit
}

// machine says what the figures were measured on.
func machine() string {
	return fmt.Sprintf("%s, %d cores, %s/%s, %s", processor(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}

func processor() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if key, v, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(v)
		}
	}
	return "unknown processor"
}
