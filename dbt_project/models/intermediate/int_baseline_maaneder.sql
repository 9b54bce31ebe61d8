-- Every month that a baseline rests on, as known when the plan was adopted and as known today.

with maal as (
    select * from {{ ref('int_resultatmaal') }}
    where baseline_art not in ('budget', 'forventet')
),

medlemmer as (
    select * from {{ ref('dim_gruppe') }}
),

dele as (
    select * from {{ ref('int_indikator_dele') }}
),

-- A process measure has no figure in a suspension.
maskerede as (
    select
        brud.indikator_id,
        brud.fra_maaned,
        brud.til_maaned
    from {{ ref('int_indikator_brud') }} as brud
    inner join {{ ref('int_indikatorer') }} as indikatorer
        on brud.indikator_id = indikatorer.indikator_id
    where brud.virkning = 'suspension' and indikatorer.maaling_art = 'proces'
),

deltagere as (
    select
        plan_id,
        maal_nr,
        kommune_kode
    from maal
    where baseline_art <> 'gruppens_bedste_tredjedel'
    union all
    select
        maal.plan_id,
        maal.maal_nr,
        medlemmer.kommune_kode
    from maal
    inner join medlemmer
        on
            maal.gruppe_id = medlemmer.gruppe_id
            and maal.baseline_til >= medlemmer.gyldig_fra
            and (medlemmer.gyldig_til is null or maal.baseline_til <= medlemmer.gyldig_til)
    where maal.baseline_art = 'gruppens_bedste_tredjedel'
),

brugte_dele as (
    select distinct
        dele.tabel_id,
        dele.maaling_navn,
        dele.dimensioner
    from dele
    semi join maal
        on dele.indikator_id = maal.indikator_id
),

-- Straight from the history: the mart's view would dress every cell of every table first.
versioner as (
    select
        obs.tabel_id,
        obs.omraade_kode,
        obs.dimensioner,
        maalinger.maaling_navn,
        obs.periode,
        obs.vaerdi,
        obs.status,
        obs.oprindelse = 'genereret' as er_syntetisk,
        obs.gyldig_fra,
        obs.gyldig_til
    from {{ ref('int_obs') }} as obs
    inner join {{ ref('int_maalinger') }} as maalinger
        on
            obs.kilde = maalinger.kilde
            and obs.tabel_id = maalinger.tabel_id
            and obs.maaling_id = maalinger.maaling_id
    semi join brugte_dele
        on
            obs.tabel_id = brugte_dele.tabel_id
            and maalinger.maaling_navn = brugte_dele.maaling_navn
            and obs.dimensioner = brugte_dele.dimensioner
    semi join deltagere
        on obs.omraade_kode = deltagere.kommune_kode
),

-- A figure is known at the adoption, if it was fetched by the end of that day.
spurgt as (
    select
        maal.plan_id,
        maal.maal_nr,
        maal.indikator_id,
        deltagere.kommune_kode,
        tider.tidspunkt,
        case tider.tidspunkt
            when 'vedtaget' then cast(maal.vedtaget_dato + interval 1 day as timestamp)
            else timestamp '9999-01-01'
        end as kendt_foer,
        cast(unnest(generate_series(
            maal.baseline_fra, maal.baseline_til, interval 1 month
        )) as date) as maaned
    from maal
    inner join deltagere
        on maal.plan_id = deltagere.plan_id and maal.maal_nr = deltagere.maal_nr
    cross join (values ('vedtaget'), ('revideret')) as tider (tidspunkt)
),

pr_del as (
    select
        spurgt.*,
        case when maskerede.indikator_id is null then versioner.vaerdi end as vaerdi,
        case when maskerede.indikator_id is null then versioner.status else 'S' end as status,
        versioner.er_syntetisk
    from spurgt
    left join dele
        on
            spurgt.indikator_id = dele.indikator_id
            and (dele.fra_maaned is null or spurgt.maaned >= dele.fra_maaned)
            and (dele.til_maaned is null or spurgt.maaned <= dele.til_maaned)
    left join versioner
        on
            dele.tabel_id = versioner.tabel_id
            and dele.maaling_navn = versioner.maaling_navn
            and dele.dimensioner = versioner.dimensioner
            and spurgt.kommune_kode = versioner.omraade_kode
            and {{ maaned_som_periode('spurgt.maaned') }} = versioner.periode
            and spurgt.kendt_foer > versioner.gyldig_fra
            and (versioner.gyldig_til is null or spurgt.kendt_foer <= versioner.gyldig_til)
    left join maskerede
        on
            spurgt.indikator_id = maskerede.indikator_id
            and spurgt.maaned between maskerede.fra_maaned and maskerede.til_maaned
),

final as (
    select
        plan_id,
        maal_nr,
        tidspunkt,
        kommune_kode,
        maaned,
        sum(vaerdi) as vaerdi,
        {{ samlet_status('status', 'count(*)') }} as status,
        coalesce(bool_or(er_syntetisk), false) as er_syntetisk
    from pr_del
    group by plan_id, maal_nr, tidspunkt, kommune_kode, maaned
)

select * from final
