using System.Text.Json;
using ZarrFs.Tests.Clients.Harness;

namespace ZarrFs.Tests.Clients;

/// <summary>S3's clients see the tree as a bucket and cannot change it.</summary>
[Collection(DoorsShowcaseTests.Name)]
public sealed class S3Tests(DoorsShowcase doors)
{
    private string Endpoint => $"{doors.Address}/s3";

    [ClientFact(Needs.Fuse | Needs.Rclone)]
    public void Rclone_copies_the_whole_bucket()
    {
        string copy = doors.At("rclone-s3");
        string[] remote = [":s3:zarrfs", "--s3-provider", "Other", "--s3-endpoint", Endpoint, "--s3-force-path-style", "--config", "/dev/null"];
        Run("rclone", ["copy", remote[0], copy, .. remote[1..]]).Expect();
        doors.CheckCopy(copy);
        Run("rclone", ["check", remote[0], copy, "--download", .. remote[1..]]).Expect();
    }

    [ClientFact(Needs.Fuse | Needs.Aws)]
    public void Aws_copies_the_whole_bucket_with_a_key_and_lists_without()
    {
        string copy = doors.At("aws");
        (string id, string secret) = doors.AccessKey;
        Run(
            "env", $"AWS_ACCESS_KEY_ID={id}", $"AWS_SECRET_ACCESS_KEY={secret}", "AWS_DEFAULT_REGION=eu-central-1",
            "/usr/bin/aws", "--endpoint-url", $"{doors.GuardedAddress}/s3", "s3", "sync", "s3://zarrfs", copy, "--quiet").Expect();
        doors.CheckCopy(copy);
        Tool list = Run("/usr/bin/aws", "--no-sign-request", "--endpoint-url", Endpoint, "s3", "ls", $"s3://zarrfs/{DoorsShowcase.Volume}.zarr/").Expect();
        Assert.Contains("PRE 0/", list.Output, StringComparison.Ordinal);
        Assert.Contains(" .zattrs", list.Output, StringComparison.Ordinal);
    }

    [ClientFact(Needs.Fuse | Needs.Boto3)]
    public void Boto3_pages_and_reads_parts_and_cannot_write() =>
        Script.RunPython("read_bucket", new { endpoint = Endpoint, mount = doors.MountPath, workspace = doors.Folder("boto3") });

    [ClientFact(Needs.Fuse | Needs.Boto3)]
    public void Boto3_signs_and_sees_what_its_key_opens()
    {
        (string id, string secret) = doors.AccessKey;
        Script.RunPython("read_bucket", new { endpoint = $"{doors.GuardedAddress}/s3", mount = doors.MountPath, workspace = doors.Folder("boto3-signed"), key = new { id, secret } });
    }

    [ClientFact(Needs.Fuse | Needs.Rclone)]
    public void Rclone_signs_and_copies_what_its_key_opens()
    {
        string copy = doors.At("rclone-signed");
        (string id, string secret) = doors.AccessKey;
        Run("rclone",
        [
            "copy", ":s3:zarrfs", copy, "--s3-provider", "Other", "--s3-endpoint", $"{doors.GuardedAddress}/s3", "--s3-force-path-style", "--s3-access-key-id", id,
            "--s3-secret-access-key", secret, "--config", "/dev/null",
        ]).Expect();
        doors.CheckCopy(copy);
    }

    [ClientTheory(Needs.Fuse | Needs.S3fs)]
    [InlineData(false)]
    [InlineData(true)]
    public void S3fs_mounts_the_bucket(bool hasKey)
    {
        string mount = doors.Folder($"s3fs-{hasKey}"), passwords = doors.Write("s3fs-passwords", $"{doors.AccessKey.Id}:{doors.AccessKey.Secret}\n");
        File.SetUnixFileMode(passwords, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string[] options = hasKey ? ["-o", $"url={doors.GuardedAddress}/s3", "-o", $"passwd_file={passwords}"] : ["-o", $"url={Endpoint}", "-o", "public_bucket=1"];
        try
        {
            Run("s3fs", ["zarrfs", mount, .. options, "-o", "use_path_request_style", "-o", "ro"]).Expect();
            doors.CheckCopy(mount);
        }
        finally
        {
            ZarrFsProcess.Unmount(mount);
        }
    }

    [ClientFact(Needs.Fuse | Needs.Python)]
    public void Gdal_reads_the_bucket()
    {
        string program = $"""
            import numpy, sys
            from osgeo import gdal
            group = gdal.OpenEx('ZARR:"/vsis3/zarrfs/{DoorsShowcase.Volume}.zarr"', gdal.OF_MULTIDIM_RASTER).GetRootGroup()
            numpy.asarray(group.OpenMDArray("0").ReadAsArray(), "<u2").tofile(sys.argv[1])
            """;
        string copy = doors.At("gdal.raw");
        Run("env",
        [
            $"AWS_S3_ENDPOINT={new Uri(doors.Address).Authority}/s3", "AWS_HTTPS=NO", "AWS_VIRTUAL_HOSTING=FALSE", "AWS_NO_SIGN_REQUEST=YES", "GDAL_PAM_ENABLED=NO",
            Script.Python, "-c", program, copy,
        ]).Expect();
        Assert.Equal(SmallVolume.Voxels, File.ReadAllBytes(copy));
    }

    [NeuroglancerFact]
    public void Neuroglancer_reads_the_bucket()
    {
        object[] voxel = [1, ""];
        string state = JsonSerializer.Serialize(new
        {
            dimensions = new { x = voxel, y = voxel, z = voxel },
            layers = new[] { new { type = "image", name = "bucket", source = $"s3+{doors.Address}/s3/zarrfs/{Uri.EscapeDataString(DoorsShowcase.Volume)}.zarr/|zarr2:" } },
        });
        int[][] positions = [[0, 0, 0], [31, 32, 33], [SmallVolume.X - 1, SmallVolume.Y - 1, SmallVolume.Z - 1]];
        object[] voxels = [.. positions.Select(at => new { at, value = SmallVolume.Voxel(at[0], at[1], at[2]) })];
        NeuroglancerSighting seen = Assert.Single(NeuroglancerSighting.See(
            doors.Folder("browser"), [new { server = doors.Address, fragment = $"#!{Uri.EscapeDataString(state)}", voxels }]));
        Assert.Equal(positions.Select(at => (double?)SmallVolume.Voxel(at[0], at[1], at[2])), seen.Values);
        Assert.Empty(seen.Troubles);
        Assert.All(seen.Answers.Where(answer => answer.Path.Contains(".zarr", StringComparison.Ordinal)), answer => Assert.StartsWith("/s3/", answer.Path));
    }

    /// <summary>Without what the environment says of AWS.</summary>
    private static Tool Run(string program, params IEnumerable<string> arguments) => Tool.Run(
        "/usr/bin/env", ["-u", "AWS_CA_BUNDLE", "-u", "AWS_PROFILE", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", program, .. arguments]);
}
