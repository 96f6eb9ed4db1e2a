using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Codecs;

/// <summary>Other people's readers read whole stores of every codec.</summary>
public sealed class EncodedStoresTests(EncodedStores stores) : IClassFixture<EncodedStores>
{
    [ClientFact(Needs.Python)]
    public void Zarr_python_reads_v2() => Script.RunPython("read_encoded", new { reader = "zarr", stores = Of("v2") });

    [ClientFact(Needs.Python)]
    public void Gdal_reads_v2() => Script.RunPython("read_encoded", new { reader = "gdal", stores = Of("v2") });

    [ClientFact(Needs.Node)]
    public void Zarrita_reads_v2() => Script.RunNode("read_encoded", new { stores = Of("v2") });

    [ClientFact(Needs.Node)]
    public void Zarrita_reads_v3() => Script.RunNode("read_encoded", new { stores = Of("v3") });

    private EncodedStores.Store[] Of(string format)
    {
        EncodedStores.Store[] chosen = [.. stores.All.Where(store => store.Format == format)];
        Assert.NotEmpty(chosen);
        return chosen;
    }
}
