using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>Other people's readers get every voxel of every level right, of every volume of <see cref="Recipes"/>.</summary>
[Collection(ShowcaseTests.Name)]
public sealed class ReadersTests(Showcase showcase)
{
    public static TheoryData<string> Volumes { get; } = [.. Recipes.All.Select(recipe => recipe.Name)];

    /// <summary>scikit-image has no counterpart of the other methods.</summary>
    public static TheoryData<string> VolumesOfSkimage { get; } =
        [.. Recipes.All.Where(recipe => recipe.View.GetValueOrDefault("downsample", "mean") is "mean" or "max" or "min").Select(recipe => recipe.Name)];

    [ClientTheory(Needs.Fuse | Needs.Python)]
    [MemberData(nameof(Volumes))]
    public void Zarr_python_reads_the_mount(string volume) => showcase.CheckMount("read_with_zarr", volume);

    [ClientTheory(Needs.Fuse | Needs.Python)]
    [MemberData(nameof(Volumes))]
    public void Zarr_python_reads_over_HTTP(string volume) => showcase.CheckHttp("read_with_zarr", volume);

    [ClientTheory(Needs.Fuse | Needs.Python)]
    [MemberData(nameof(Volumes))]
    public void Dask_reads_the_mount(string volume) => showcase.CheckMount("read_with_dask", volume);

    [ClientTheory(Needs.Fuse | Needs.Python)]
    [MemberData(nameof(Volumes))]
    public void Gdal_reads_the_mount(string volume) => showcase.CheckMount("read_with_gdal", volume);

    [ClientTheory(Needs.Fuse | Needs.Python)]
    [MemberData(nameof(Volumes))]
    public void Gdal_reads_over_HTTP(string volume) => showcase.CheckHttp("read_with_gdal", volume);

    [ClientTheory(Needs.Fuse | Needs.Python | Needs.Node)]
    [MemberData(nameof(Volumes))]
    public void Zarrita_reads_both_roots_over_HTTP(string volume) => showcase.CheckNode("read_with_zarrita", volume);

    [ClientTheory(Needs.Fuse | Needs.Python)]
    [MemberData(nameof(VolumesOfSkimage))]
    public void Levels_are_what_scikit_image_makes(string volume) => showcase.CheckMount("compare_with_skimage", volume);

    [ClientTheory(Needs.Fuse | Needs.Python)]
    [MemberData(nameof(Volumes))]
    public void Both_roots_hold_the_same_chunks(string volume) => showcase.CheckMount("compare_roots", volume);

    [ClientTheory(Needs.Fuse | Needs.Python)]
    [MemberData(nameof(Volumes))]
    public void Khartes_VC3D_and_vesuvius_gui_accept_the_metadata(string volume) => showcase.CheckMount("client_rules", volume);

    [ClientTheory(Needs.Fuse | Needs.Python)]
    [MemberData(nameof(Volumes))]
    public void Metadata_follow_OME_Zarr(string volume) => showcase.CheckMount("ome_rules", volume);
}
