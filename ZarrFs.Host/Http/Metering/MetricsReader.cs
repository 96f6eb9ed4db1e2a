using System.Diagnostics.Metrics;
using System.Text;

namespace ZarrFs.Host.Http.Metering;

/// <summary>
/// Reads the meter <c>ZarrFs</c> for Prometheus. It listens from the first time that somebody asks: what is only handed out one by one, such as
/// durations, counts from then on.
/// </summary>
internal sealed class MetricsReader : IDisposable
{
    private readonly Lock _sync = new();
    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);
    private MeterListener? _listener;

    /// <summary>All that is measured now, in Prometheus' text.</summary>
    public string Read()
    {
        lock (_sync)
        {
            _listener ??= Listen();
            foreach (Family family in _families.Values) family.Forget();
            _listener.RecordObservableInstruments();
            StringBuilder text = new(8192);
            foreach ((string name, Family family) in _families) family.Append(text, name);
            ProcessFigures.Append(text);
            return text.ToString();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener?.Dispose();

    private MeterListener Listen()
    {
        MeterListener listener = new()
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == Metrics.MeterName) self.EnableMeasurementEvents(instrument, FamilyOf(instrument));
            },
        };
        listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((Family)state!).Take(value, tags));
        listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((Family)state!).Take(value, tags));
        listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((Family)state!).Take(value, tags));
        listener.Start();
        return listener;
    }

    private Family FamilyOf(Instrument instrument)
    {
        lock (_sync)
        {
            string name = PrometheusText.NameOf(instrument);
            if (!_families.TryGetValue(name, out Family? family)) _families.Add(name, family = new Family(instrument));
            return family;
        }
    }

    /// <summary>A metric's samples, by their labels.</summary>
    private sealed class Family(Instrument instrument)
    {
        private readonly Lock _sync = new();
        private readonly SortedDictionary<string, double> _values = new(StringComparer.Ordinal);
        private readonly SortedDictionary<string, Distribution> _distributions = new(StringComparer.Ordinal);
        private readonly bool _isHistogram = PrometheusText.IsHistogram(instrument);
        private readonly bool _isChange = PrometheusText.IsChange(instrument);
        private readonly IReadOnlyList<double> _bounds = (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? [];

        public void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string labels = PrometheusText.Labels(tags);
            lock (_sync)
            {
                if (_isHistogram)
                {
                    if (!_distributions.TryGetValue(labels, out Distribution? distribution)) _distributions.Add(labels, distribution = new Distribution(_bounds));
                    distribution.Take(value);
                }
                else
                {
                    // Several meters may have an instrument of one name, as tests do: what they say of the same thing is one sum.
                    _values[labels] = _values.GetValueOrDefault(labels) + value;
                }
            }
        }

        /// <summary>Before it is observed anew: what is not observed any more is not there.</summary>
        public void Forget()
        {
            lock (_sync)
            {
                if (!_isHistogram && !_isChange) _values.Clear();
            }
        }

        public void Append(StringBuilder text, string name)
        {
            lock (_sync)
            {
                string type = _isHistogram ? "histogram" : PrometheusText.IsCounter(instrument) ? "counter" : "gauge";
                PrometheusText.AppendHead(text, name, type, instrument.Description);
                foreach ((string labels, double value) in _values) PrometheusText.AppendSample(text, name, labels, value);
                foreach ((string labels, Distribution distribution) in _distributions) distribution.Append(text, name, labels);
            }
        }
    }

    /// <summary>A histogram's counts.</summary>
    private sealed class Distribution(IReadOnlyList<double> bounds)
    {
        private readonly long[] _counts = new long[bounds.Count + 1];
        private double _sum;

        public void Take(double value)
        {
            int bucket = 0;
            while (bucket < bounds.Count && value > bounds[bucket]) bucket++;
            _counts[bucket]++;
            _sum += value;
        }

        public void Append(StringBuilder text, string name, string labels)
        {
            string before = labels.Length > 0 ? labels + "," : "";
            long below = 0;
            for (int i = 0; i < _counts.Length; i++)
            {
                below += _counts[i];
                string bound = PrometheusText.Number(i < bounds.Count ? bounds[i] : double.PositiveInfinity);
                PrometheusText.AppendSample(text, name + "_bucket", $"{before}le=\"{bound}\"", below);
            }

            PrometheusText.AppendSample(text, name + "_sum", labels, _sum);
            PrometheusText.AppendSample(text, name + "_count", labels, below);
        }
    }
}
