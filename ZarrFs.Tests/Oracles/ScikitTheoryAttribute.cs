namespace ZarrFs.Tests.Oracles;

/// <summary>A theory that compares with scikit-image; skipped where there is none.</summary>
internal sealed class ScikitTheoryAttribute : TheoryAttribute
{
    private static readonly Lazy<string?> Missing = new(() => Numpy.FindMissing("skimage"));

    public ScikitTheoryAttribute() => Skip = Missing.Value;
}
