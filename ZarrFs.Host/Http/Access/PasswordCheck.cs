using System.Security.Cryptography;
using System.Text;

namespace ZarrFs.Host.Http.Access;

/// <summary>What became of a password.</summary>
internal enum PasswordVerdict
{
    Right,
    Wrong,

    /// <summary>Too many wait to be hashed.</summary>
    Busy,
}

/// <summary>
/// Compares passwords with their hashes, one at a time, since each takes a core for a fifth of a second that chunks need too. One that was right is
/// remembered for some minutes, by a sum that only this process can make; the same one asked for many times at once is hashed once.
/// </summary>
internal sealed class PasswordCheck(Throttle throttle, TimeProvider time) : IDisposable
{
    // One address has at most a few of the places, so that others find one.
    private const int MostWaiting = 16, MostOfOne = 4, MostRemembered = 1024;
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);
    private readonly SemaphoreSlim _one = new(1);
    private readonly Lock _sync = new();
    private readonly Dictionary<Sum, long> _right = [];
    private readonly Dictionary<Sum, Underway> _underway = [];
    private int _computed;

    /// <summary>Passwords hashed so far.</summary>
    public int Computed => Volatile.Read(ref _computed);

    /// <summary>For tests: called before each is hashed.</summary>
    public Action? Hashing { get; set; }

    /// <summary>Whether one was right some minutes ago: that costs nothing to say.</summary>
    public bool IsRemembered(string user, string password, PasswordEntry entry)
    {
        Sum sum = SumOf(user, password, entry.Hash);
        lock (_sync) return IsRemembered(sum);
    }

    /// <summary>Compares one; what is hashed for it counts as a failed attempt until it turns out right.</summary>
    /// <param name="user">As the client gave it.</param>
    /// <param name="password">As the client gave it.</param>
    /// <param name="entry">The user's, or the decoy.</param>
    /// <param name="address">Who asks.</param>
    public Task<PasswordVerdict> CheckAsync(string user, string password, PasswordEntry entry, ClientAddress address)
    {
        // With the hash in it: once the file says something else, nothing that is remembered fits.
        Sum sum = SumOf(user, password, entry.Hash);
        lock (_sync)
        {
            if (IsRemembered(sum)) return Right;
            if (_underway.TryGetValue(sum, out Underway same)) return same.Verdict;
            if (_underway.Count >= MostWaiting || _underway.Values.Count(one => one.Address == address) >= MostOfOne) return Busy;
            throttle.Begin(address);
            Task<PasswordVerdict> task = Task.Run(() => ComputeAsync(sum, password, entry, address));
            _underway.Add(sum, new Underway(task, address));
            return task;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private static readonly Task<PasswordVerdict> Right = Task.FromResult(PasswordVerdict.Right), Busy = Task.FromResult(PasswordVerdict.Busy);

    private async Task<PasswordVerdict> ComputeAsync(Sum sum, string password, PasswordEntry entry, ClientAddress address)
    {
        bool isRight = false;
        await _one.WaitAsync();
        try
        {
            Interlocked.Increment(ref _computed);
            Hashing?.Invoke();
            isRight = entry.Hash.Matches(password);
        }
        finally
        {
            _one.Release();
            lock (_sync)
            {
                _underway.Remove(sum);
                if (isRight) Remember(sum);
            }
        }

        if (isRight) throttle.TakeBack(address);
        return isRight ? PasswordVerdict.Right : PasswordVerdict.Wrong;
    }

    private bool IsRemembered(Sum sum)
    {
        if (!_right.TryGetValue(sum, out long since)) return false;
        if (time.GetElapsedTime(since) < Memory) return true;
        _right.Remove(sum);
        return false;
    }

    private void Remember(Sum sum)
    {
        if (_right.Count >= MostRemembered)
        {
            foreach ((Sum old, long since) in _right)
            {
                if (time.GetElapsedTime(since) >= Memory) _right.Remove(old);
            }

            if (_right.Count >= MostRemembered) _right.Clear();
        }

        _right[sum] = time.GetTimestamp();
    }

    private Sum SumOf(string user, string password, PasswordHash hash)
    {
        // Neither a name nor a hash has a NUL in it.
        byte[] text = Encoding.UTF8.GetBytes($"{hash.Text}\0{user}\0{password}");
        Span<byte> sum = stackalloc byte[SHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, text, sum);
        return new Sum(BitConverter.ToUInt128(sum), BitConverter.ToUInt128(sum[16..]));
    }

    private readonly record struct Underway(Task<PasswordVerdict> Verdict, ClientAddress Address);

    private readonly record struct Sum(UInt128 First, UInt128 Second);
}
