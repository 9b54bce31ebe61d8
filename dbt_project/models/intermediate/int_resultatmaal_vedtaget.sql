-- Was a mål met already when the plan was adopted? Judged on today's figures of the newest final
-- month until then, and for mål that share a breakdown also on their sum.

with maal as (
    select * from {{ ref('int_resultatmaal') }}
    where indikator_id is not null
),

maaneder as (
    select * from {{ ref('int_indikator_maaneder') }}
    where status = 'A' and not er_foreloebig
),

pr_maal as (
    select
        maal.plan_id,
        maal.maal_nr,
        maal.foraelder_nr,
        maal.tabel_id,
        maal.maaling_navn,
        maal.enhed_beregnet,
        maal.retning,
        maal.maal_periode,
        maal.maal_vaerdi,
        maal.raekkefoelge,
        case
            when len(maal.dimensioner) = 1 and not contains(maal.dimensioner[1], '|')
                then split_part(maal.dimensioner[1], '=', 1)
        end as opdeling,
        maal.dimensioner,
        max(maaneder.maaned) as vedtaget_maaned,
        max_by(maaneder.vaerdi, maaneder.maaned) as vedtaget_vaerdi
    from maal
    inner join maaneder
        on
            maal.indikator_id = maaneder.indikator_id
            and maal.kommune_kode = maaneder.kommune_kode
            and maal.vedtaget_dato >= maaneder.maaned
            and maaneder.maaned > maal.vedtaget_dato - interval 12 month
    group by all
),

-- Mål on different members of one breakdown do not overlap, so both figures and targets add up.
saet as (
    select
        plan_id,
        foraelder_nr,
        tabel_id,
        maaling_navn,
        enhed_beregnet,
        opdeling,
        retning,
        maal_periode,
        vedtaget_maaned,
        string_agg(maal_nr, ' og ' order by raekkefoelge) as saet_maal,
        sum(maal_vaerdi) as saet_maal_vaerdi,
        sum(vedtaget_vaerdi) as saet_vedtaget_vaerdi
    from pr_maal
    where
        opdeling <> ''
        and enhed_beregnet in ('fuldtidspersoner', 'personer')
    group by all
    having count(*) > 1 and count(distinct dimensioner) = count(*)
),

final as (
    select
        pr_maal.plan_id,
        pr_maal.maal_nr,
        {{ maaned_som_periode('pr_maal.vedtaget_maaned') }} as vedtaget_periode,
        pr_maal.vedtaget_vaerdi,
        {{ opfyldt('pr_maal.vedtaget_vaerdi', 'pr_maal.retning', 'pr_maal.maal_vaerdi') }}
            as naaet_ved_vedtagelsen,
        saet.saet_maal,
        saet.saet_maal_vaerdi,
        saet.saet_vedtaget_vaerdi,
        coalesce(
            {{ opfyldt('saet.saet_vedtaget_vaerdi', 'saet.retning', 'saet.saet_maal_vaerdi') }},
            false
        ) as saet_naaet_ved_vedtagelsen
    from pr_maal
    left join saet
        on
            pr_maal.plan_id = saet.plan_id
            and pr_maal.foraelder_nr is not distinct from saet.foraelder_nr
            and pr_maal.tabel_id = saet.tabel_id
            and pr_maal.maaling_navn = saet.maaling_navn
            and pr_maal.enhed_beregnet = saet.enhed_beregnet
            and pr_maal.opdeling = saet.opdeling
            and pr_maal.retning = saet.retning
            and pr_maal.maal_periode = saet.maal_periode
            and pr_maal.vedtaget_maaned = saet.vedtaget_maaned
)

select * from final
