namespace ZarrFs.Host.Http.Pictures;

/// <summary>Makes each picture once, however many wait for it, and no longer when all of them have gone.</summary>
internal sealed class PictureFlights
{
    private readonly Lock _sync = new();
    private readonly Dictionary<string, Flight> _flights = new(StringComparer.Ordinal);

    /// <summary>Waits for a picture.</summary>
    /// <param name="key">Which.</param>
    /// <param name="make">Makes it; called if nobody does already, never on the caller's thread.</param>
    /// <param name="cancellationToken">The caller does not wait any more.</param>
    public async Task<Picture> JoinAsync(string key, Func<CancellationToken, Task<Picture>> make, CancellationToken cancellationToken)
    {
        Flight flight = Join(key, make);
        try
        {
            return await flight.Made.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(key, flight);
        }
    }

    private Flight Join(string key, Func<CancellationToken, Task<Picture>> make)
    {
        lock (_sync)
        {
            if (!_flights.TryGetValue(key, out Flight? flight)) _flights.Add(key, flight = new Flight(make));
            flight.Waiting++;
            return flight;
        }
    }

    private void Leave(string key, Flight flight)
    {
        lock (_sync)
        {
            if (--flight.Waiting > 0) return;
            _flights.Remove(key);
        }

        flight.Dispose();
    }

    private sealed class Flight : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();

        public Flight(Func<CancellationToken, Task<Picture>> make) => Made = Task.Run(() => make(_stop.Token));

        public Task<Picture> Made { get; }

        public int Waiting { get; set; }

        /// <summary>Nobody waits any more, or it is made.</summary>
        public void Dispose()
        {
            _stop.Cancel();
            _stop.Dispose();
        }
    }
}
