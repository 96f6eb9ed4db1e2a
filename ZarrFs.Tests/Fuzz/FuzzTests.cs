using ZarrFs.Tests.Corpus;

namespace ZarrFs.Tests.Fuzz;

/// <summary>The bounded run of the fuzzer, and all that it has ever found. The long run is <c>ZarrFs.Bench fuzz</c>.</summary>
public sealed class FuzzTests : IDisposable
{
    private const int SystematicCases = 5000;
    private const int RandomCases = 3000;

    private readonly TemporaryDirectory _directory = new();
    private readonly Trial _trial;

    public FuzzTests() => _trial = new Trial(_directory.Path);

    public static TheoryData<string> Hostile => [.. HostileFiles.All.Keys];

    public void Dispose()
    {
        _trial.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void HostileFilesDoNoHarm(string name) => Expect(HostileFiles.All[name](), name);

    [Fact]
    public void SystematicMutationsDoNoHarm()
    {
        List<(string Seed, byte[] File, Edit Edit)> all =
            [.. SeedFiles.All.SelectMany(seed => new Mutations(seed.Value).Systematic.Select(edit => (seed.Key, seed.Value, edit)))];
        int step = all.Count / SystematicCases;
        Assert.True(step > 1);
        for (int i = 0; i < all.Count; i += step) Expect(Edit.Apply(all[i].File, [all[i].Edit]), $"{all[i].Seed}: {all[i].Edit}");
        Assert.InRange(_trial.Read, 300, SystematicCases);
        Assert.InRange(_trial.Refused, 500, SystematicCases);
        Assert.Equal(0, _trial.OpenHandles());
    }

    [Fact]
    public void RandomMutationsDoNoHarm()
    {
        FuzzCases cases = new([.. SeedFiles.All.Select(seed => (seed.Key, seed.Value))], seed: 1);
        for (int i = 0; i < RandomCases; i++)
        {
            (string name, byte[] file) = cases.Random(i);
            Expect(file, name);
        }

        Assert.InRange(_trial.Read, 300, RandomCases);
        Assert.InRange(_trial.Refused, 500, RandomCases);
        Assert.Equal(0, _trial.OpenHandles());
    }

    [TestDataFact]
    public void OddAndCorruptFilesDoNoHarm()
    {
        List<string> wrong = [];
        foreach (TestData.Entry entry in TestData.Manifest.Where(entry => !entry.File.StartsWith("real/", StringComparison.Ordinal)))
        {
            if (_trial.Run(TestData.Path(entry.File)) is { } trouble) wrong.Add($"{entry.File}: {trouble}");
        }

        Assert.Empty(wrong);
        Assert.InRange(_trial.Refused, 40, 200);
    }

    private void Expect(byte[] file, string name)
    {
        string? wrong = _trial.Run(file);
        Assert.True(wrong is null, $"{name}: {wrong}");
    }
}
